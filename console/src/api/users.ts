import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import type { ListSearch } from '../lib/listSearch'
import { api, unwrap } from './client'
import { USER_LISTS_KEY, USER_SESSIONS_KEY, userKey } from './keys'
import { REFRESH_INTERVAL_MS } from './queries'
import { sessionQuery } from './session'
import type { PlatformRole, User, UserInput } from './types'

export const USERS_PAGE_SIZE = 50

const userSessionsKey = (id: string) => [...USER_SESSIONS_KEY, id] as const

export function usersQuery(search: Pick<ListSearch, 'q' | 'after'>) {
  const query = { q: search.q, limit: USERS_PAGE_SIZE, cursor: search.after?.at(-1) }
  return queryOptions({
    queryKey: [...USER_LISTS_KEY, query],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/users', { params: { query }, signal })),
    placeholderData: keepPreviousData,
  })
}

export function userQuery(id: string) {
  return queryOptions({
    queryKey: userKey(id),
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/users/{id}', { params: { path: { id } }, signal })),
  })
}

export function userSessionsQuery(id: string) {
  return queryOptions({
    queryKey: userSessionsKey(id),
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/users/{id}/sessions', { params: { path: { id } }, signal })),
    // The change feed tells of sessions only the person whose they are.
    refetchInterval: REFRESH_INTERVAL_MS,
  })
}

const ifMatch = (user: User) => ({ 'if-match': `"${user.generation}"` })

export function useCreateUser() {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: (input: UserInput) => unwrap(api.POST('/api/v1/users', { body: input })),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: USER_LISTS_KEY }),
    // The answer holds the link; it is not kept longer than it is shown.
    gcTime: 0,
  })
}

export interface UserValues {
  displayName: string
  role: PlatformRole | null
}

export function useEditUser() {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: ({ user, values }: { user: User; values: UserValues }) =>
      unwrap(
        api.PATCH('/api/v1/users/{id}', {
          params: { path: { id: user.id }, header: ifMatch(user) },
          body: { display_name: values.displayName, platform_role: values.role },
        }),
      ),
    onSuccess: async (user) => {
      queryClient.setQueryData(userKey(user.id), user)
      await Promise.all([
        queryClient.invalidateQueries({ queryKey: USER_LISTS_KEY }),
        // It may have been the own account.
        queryClient.invalidateQueries({ queryKey: sessionQuery.queryKey }),
      ])
    },
  })
}

export function useDeleteUser() {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: (user: User) =>
      unwrap(api.DELETE('/api/v1/users/{id}', { params: { path: { id: user.id }, header: ifMatch(user) } })),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: USER_LISTS_KEY }),
  })
}

export function useMakeLink() {
  return useMutation({
    mutationFn: (id: string) => unwrap(api.POST('/api/v1/users/{id}/reset-links', { params: { path: { id } } })),
    gcTime: 0,
  })
}

export function useEndUserSession(id: string) {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: (sessionId: string) =>
      unwrap(
        api.DELETE('/api/v1/users/{id}/sessions/{session_id}', { params: { path: { id, session_id: sessionId } } }),
      ),
    onSettled: () => queryClient.invalidateQueries({ queryKey: userSessionsKey(id) }),
  })
}
