import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { api, unwrap } from './client'
import { PROFILE_KEY, SESSIONS_KEY } from './keys'
import { enter, sessionQuery } from './session'
import type { Workspace } from './types'
import { WORKSPACES_KEY } from './workspaces'

export const profileQuery = queryOptions({
  queryKey: PROFILE_KEY,
  queryFn: ({ signal }) => unwrap(api.GET('/api/v1/profile', { signal })),
})

const PAGE = 200
// A list to choose from; who sees more workspaces than this finds them by searching.
const MOST_PAGES = 5

/** The workspaces the person may see, with the own role in each. */
export const visibleWorkspacesQuery = queryOptions({
  queryKey: [...WORKSPACES_KEY, 'visible'],
  queryFn: async ({ signal }): Promise<Workspace[]> => {
    const found: Workspace[] = []
    let cursor: string | undefined
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const query = { limit: PAGE, cursor }
      const { items, next_cursor: next } = await unwrap(api.GET('/api/v1/workspaces', { params: { query }, signal }))
      found.push(...items)
      if (!next) break
      cursor = next
    }
    return found
  },
})

export function useEditProfile() {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: (displayName: string) => unwrap(api.PATCH('/api/v1/profile', { body: { display_name: displayName } })),
    onSuccess: async (user) => {
      queryClient.setQueryData(PROFILE_KEY, user)
      await queryClient.invalidateQueries({ queryKey: sessionQuery.queryKey })
    },
  })
}

export function useChangePassword() {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: (passwords: { current: string; new: string }) =>
      unwrap(api.PUT('/api/v1/profile/password', { body: passwords })),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: SESSIONS_KEY }),
  })
}

/** Sets a password with the token of a one-time link; whose it is comes back with their session. */
export function useSetPassword() {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: (request: { token: string; password: string }) =>
      unwrap(api.POST('/api/v1/passwords', { body: request })),
    onSuccess: (session) => enter(queryClient, session),
  })
}
