import type { AllowedAction, Permission } from '../api/types'

/** What a token can be given, by the noun it is about. Everything else belongs to a signed-in person alone. */
export const TOKEN_SCOPE = {
  registry: [
    'registry.read',
    'registry.integrate',
    'registry.test',
    'registry.edit',
    'registry.refresh',
    'registry.hook',
    'registry.disconnect',
    'cleanup.read',
    'pull_account.set',
    'pull_account.remove',
    'registry.share',
    'registry.unshare',
  ],
  image: ['image.describe', 'image.delete'],
  workspace: ['workspace.read', 'workspace.create', 'workspace.edit', 'workspace.delete'],
  member: ['member.read', 'member.set', 'member.remove'],
  machine_account: [
    'machine_account.read',
    'machine_account.create',
    'machine_account.delete',
    'machine_account.issue_token',
    'machine_account.revoke_token',
  ],
  user: ['user.read', 'user.create', 'user.edit', 'user.delete', 'user.reset_password', 'user.end_session'],
  profile: ['profile.read'],
  change: ['change.follow'],
} as const satisfies Record<string, readonly Permission[]>

export type ScopeNoun = keyof typeof TOKEN_SCOPE

export interface ScopeGroup {
  noun: ScopeNoun
  permissions: readonly Permission[]
}

/** Some permissions are given to the same people as another one, and the server mentions only that one. */
const DECIDED_WITH: Partial<Record<Permission, Permission>> = {
  'registry.edit': 'registry.integrate',
  'registry.hook': 'registry.integrate',
  'registry.disconnect': 'registry.integrate',
  'image.delete': 'registry.integrate',
  'pull_account.set': 'registry.integrate',
  'pull_account.remove': 'registry.integrate',
  'machine_account.delete': 'machine_account.create',
  'machine_account.issue_token': 'machine_account.create',
  'machine_account.revoke_token': 'machine_account.create',
}

const ONLY_READS: ReadonlySet<Permission> = new Set<Permission>(['change.follow'])

/**
 * The groups a person can choose from: what the server said no to everywhere is left out. `answers` are all its answers
 * about the platform, the workspaces and the people that the person may see.
 */
export function scopeGroups(answers: readonly AllowedAction[]): ScopeGroup[] {
  const held = new Map<Permission, boolean>()
  for (const { action, allowed } of answers) held.set(action, allowed || held.get(action) === true)
  const mayHold = (permission: Permission) => {
    const asked = held.has(permission) ? permission : (DECIDED_WITH[permission] ?? permission)
    // Never mentioned: the server judges when the token is used.
    return held.get(asked) ?? true
  }
  return (Object.entries(TOKEN_SCOPE) as [ScopeNoun, readonly Permission[]][])
    .map(([noun, permissions]) => ({ noun, permissions: permissions.filter(mayHold) }))
    .filter((group) => group.permissions.length > 0)
}

/** What no token cut to one workspace can use: it is decided over the whole installation. */
const OVER_ALL: ReadonlySet<Permission> = new Set<Permission>([...TOKEN_SCOPE.user, 'workspace.create'])

/** The groups to choose from for a token that reaches one workspace only. */
export function scopeGroupsIn(answers: readonly AllowedAction[]): ScopeGroup[] {
  return scopeGroups(answers)
    .map(({ noun, permissions }) => ({ noun, permissions: permissions.filter((each) => !OVER_ALL.has(each)) }))
    .filter((group) => group.permissions.length > 0)
}

/** The groups of these permissions, for those of whom it is known what they may hold. */
export function scopeGroupsOf(permissions: readonly Permission[]): ScopeGroup[] {
  return (Object.entries(TOKEN_SCOPE) as [ScopeNoun, readonly Permission[]][])
    .map(([noun, each]) => ({ noun, permissions: each.filter((permission) => permissions.includes(permission)) }))
    .filter((group) => group.permissions.length > 0)
}

/** Whether a permission changes nothing. */
export function isReading(permission: Permission): boolean {
  return permission.endsWith('.read') || ONLY_READS.has(permission)
}
