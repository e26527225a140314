import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { api, unwrap } from './client'
import { SESSIONS_KEY } from './keys'
import { ApiError } from './problem'
import { REFRESH_INTERVAL_MS } from './queries'

/** The own open sessions. */
export const sessionsQuery = queryOptions({
  queryKey: SESSIONS_KEY,
  queryFn: ({ signal }) => unwrap(api.GET('/api/v1/sessions', { signal })),
  refetchInterval: REFRESH_INTERVAL_MS,
})

const end = (id: string) => unwrap(api.DELETE('/api/v1/sessions/{id}', { params: { path: { id } } }))

export function useEndSession() {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: end,
    onSettled: () => queryClient.invalidateQueries({ queryKey: SESSIONS_KEY }),
  })
}

/** Ends several sessions, one after the other. One that has ended by itself meanwhile is no failure. */
export function useEndSessions() {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: async (ids: readonly string[]) => {
      for (const id of ids) {
        try {
          await end(id)
        } catch (thrown) {
          if (!(thrown instanceof ApiError && thrown.code === 'object.not_found')) throw thrown
        }
      }
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: SESSIONS_KEY }),
  })
}
