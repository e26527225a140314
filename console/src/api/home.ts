import type { QueryClient } from '@tanstack/react-query'
import { PLATFORM, readLastScope, type Scope, sectionPath } from '../lib/scope'
import { ApiError } from './problem'
import { sessionQuery } from './session'
import { workspaceQuery, workspacesQuery } from './workspaces'

/**
 * Where a person begins: with a platform role at its registries, else at those of the workspace used last, else of the
 * first one. Who belongs to none has only the own profile.
 */
export async function homePath(queryClient: QueryClient): Promise<string> {
  const session = queryClient.getQueryData(sessionQuery.queryKey)
  if (!session) return '/login'
  if (session.user.platform_role) return sectionPath(PLATFORM, 'registries')
  const scope = (await lastUsed(queryClient, session.user.id)) ?? (await first(queryClient))
  return scope === null ? '/profile' : sectionPath(scope, 'registries')
}

async function lastUsed(queryClient: QueryClient, userId: string): Promise<Scope | null> {
  const last = readLastScope(userId)
  if (last?.type !== 'workspace') return null
  try {
    await queryClient.fetchQuery(workspaceQuery(last.id))
    return last
  } catch (thrown) {
    // Deleted, or no longer a member: another one will do. Anything else is told.
    if (thrown instanceof ApiError && thrown.status >= 400 && thrown.status < 500) return null
    throw thrown
  }
}

async function first(queryClient: QueryClient): Promise<Scope | null> {
  const page = await queryClient.fetchQuery({ ...workspacesQuery({}, 1), staleTime: 0 })
  const workspace = page.items[0]
  return workspace ? { type: 'workspace', id: workspace.id } : null
}
