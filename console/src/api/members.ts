import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import type { ListSearch } from '../lib/listSearch'
import { api, unwrap } from './client'
import { MEMBERS_KEY, USERS_KEY } from './keys'
import { REFRESH_INTERVAL_MS } from './queries'
import type { WorkspaceRole } from './types'
import { WORKSPACES_KEY } from './workspaces'

export const MEMBER_PAGE_SIZE = 50
const SUGGESTIONS = 20

export function membersQuery(workspaceId: string, search: Pick<ListSearch, 'after'>) {
  const query = { limit: MEMBER_PAGE_SIZE, cursor: search.after?.at(-1) }
  return queryOptions({
    queryKey: [...MEMBERS_KEY, workspaceId, query],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/workspaces/{id}/members', { params: { path: { id: workspaceId }, query }, signal })),
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_INTERVAL_MS,
  })
}

/** People to choose from, for those who may see people. */
export function peopleQuery(q: string) {
  const query = { q: q === '' ? undefined : q, limit: SUGGESTIONS }
  return queryOptions({
    queryKey: [...USERS_KEY, 'suggestions', query],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/users', { params: { query }, signal })),
    placeholderData: keepPreviousData,
  })
}

/** What a change of a member makes outdated: the members, and the counts and own role of workspaces. */
function useRefresh() {
  const queryClient = useQueryClient()
  return async () => {
    await Promise.all([
      queryClient.invalidateQueries({ queryKey: MEMBERS_KEY }),
      queryClient.invalidateQueries({ queryKey: WORKSPACES_KEY }),
    ])
  }
}

export function useAddMember(workspaceId: string) {
  return useMutation({
    mutationFn: (body: { name: string; role: WorkspaceRole }) =>
      unwrap(api.POST('/api/v1/workspaces/{id}/members', { params: { path: { id: workspaceId } }, body })),
    onSuccess: useRefresh(),
  })
}

export function useSetRole(workspaceId: string) {
  return useMutation({
    mutationFn: ({ userId, role }: { userId: string; role: WorkspaceRole }) =>
      unwrap(
        api.PUT('/api/v1/workspaces/{id}/members/{user_id}', {
          params: { path: { id: workspaceId, user_id: userId } },
          body: { role },
        }),
      ),
    onSuccess: useRefresh(),
  })
}

export function useRemoveMember(workspaceId: string) {
  return useMutation({
    mutationFn: (userId: string) =>
      unwrap(
        api.DELETE('/api/v1/workspaces/{id}/members/{user_id}', {
          params: { path: { id: workspaceId, user_id: userId } },
        }),
      ),
    onSuccess: useRefresh(),
  })
}
