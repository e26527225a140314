import type { Permission } from '../api/types'

/** What a token with a permission can ask for without knowing an id. */
const READABLE: readonly [Permission, string][] = [
  ['registry.read', 'registries'],
  ['workspace.read', 'workspaces'],
  ['user.read', 'users'],
  ['profile.read', 'profile'],
]

/**
 * Shell lines that call the API with a token of this scope. The token is asked for and not written into the command,
 * where the shell's history and every process list would show it.
 */
export function tokenExample(origin: string, scope: readonly Permission[]): string {
  const path = READABLE.find(([permission]) => scope.includes(permission))?.[1] ?? 'profile'
  return [
    'read -rs ROADSTEAD_TOKEN',
    `printf 'Authorization: Bearer %s' "$ROADSTEAD_TOKEN" |`,
    `  curl --header @- ${origin}/api/v1/${path}`,
  ].join('\n')
}
