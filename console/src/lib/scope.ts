/** Where a person works: in the whole installation, or in one workspace. */
export type Scope = { type: 'platform' } | { type: 'workspace'; id: string }

export const PLATFORM: Scope = { type: 'platform' }

/** The places of a scope, as they stand in the URL; `overview` is the workspace itself. */
export type Section = 'overview' | 'registries' | 'images' | 'workspaces' | 'users' | 'members' | 'machine-accounts' | 'audit'

const PLATFORM_SECTIONS: readonly Section[] = ['registries', 'images', 'workspaces', 'users', 'audit']
const WORKSPACE_SECTIONS: readonly Section[] = ['overview', 'registries', 'images', 'members', 'machine-accounts', 'audit']

const segmentsOf = (path: string) => path.split('/').filter((each) => each !== '')

/** The scope a path belongs to; null for what belongs to the person, such as the profile. */
export function scopeOfPath(path: string): Scope | null {
  const [first, id] = segmentsOf(path)
  if (first === 'workspaces' && id !== undefined) return { type: 'workspace', id }
  return PLATFORM_SECTIONS.some((section) => section === first) ? PLATFORM : null
}

/** The place inside its scope that a path leads to. */
export function sectionOfPath(path: string): Section | null {
  const [first, id, inside] = segmentsOf(path)
  const [name, known] =
    first === 'workspaces' && id !== undefined ? [inside ?? 'overview', WORKSPACE_SECTIONS] : [first, PLATFORM_SECTIONS]
  return known.find((section) => section === name) ?? null
}

/** The path of a place in a scope. */
export function sectionPath(scope: Scope, section: Section): string {
  if (scope.type === 'platform') return `/${section}`
  return section === 'overview' ? `/workspaces/${scope.id}` : `/workspaces/${scope.id}/${section}`
}

/** Where a change of scope leads: to the same place where there is one, else to the registries. */
export function switchPath(path: string, to: Scope): string {
  const section = sectionOfPath(path)
  const known = to.type === 'platform' ? PLATFORM_SECTIONS : WORKSPACE_SECTIONS
  return sectionPath(to, known.find((each) => each === section) ?? 'registries')
}

/**
 * The scope in which something of a registry is shown: a workspace's registry in that workspace, whoever looks; one of
 * the platform where the person is.
 */
export function scopeOfOwner(owner: Scope, here: Scope): Scope {
  return owner.type === 'workspace' ? owner : here
}

/** Whether two scopes are the same one. */
export function isSameScope(one: Scope | null, other: Scope | null): boolean {
  if (one === null || other === null || one.type !== other.type) return one === other
  return one.type === 'platform' || (other.type === 'workspace' && one.id === other.id)
}

// Several people may use one browser.
const storageKey = (userId: string) => `roadstead-scope:${userId}`

/** The scope a person used last in this browser. */
export function readLastScope(userId: string): Scope | null {
  try {
    const stored = localStorage.getItem(storageKey(userId))
    if (stored === null || stored === '') return null
    return stored === 'platform' ? PLATFORM : { type: 'workspace', id: stored }
  } catch {
    // Storage can be switched off in a browser; then nothing is remembered.
    return null
  }
}

/** Keeps the scope for the next visit. */
export function storeLastScope(userId: string, scope: Scope): void {
  try {
    localStorage.setItem(storageKey(userId), scope.type === 'platform' ? 'platform' : scope.id)
  } catch {
    return
  }
}
