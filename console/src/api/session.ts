import { type QueryClient, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { api, setCsrfToken, unwrap } from './client'
import { ApiError } from './problem'
import type { AllowedAction, Permission, Session } from './types'

/** Who is signed in, or null. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async (): Promise<Session | null> => {
    try {
      const session = await unwrap(api.GET('/api/v1/session'))
      setCsrfToken(session.csrf_token)
      return session
    } catch (thrown) {
      if (thrown instanceof ApiError && thrown.status === 401) return null
      throw thrown
    }
  },
  staleTime: 5 * 60_000,
})

/** Whether the first administrator is still to be created. */
export const setupQuery = queryOptions({
  queryKey: ['setup'],
  queryFn: () => unwrap(api.GET('/api/v1/setup')),
  staleTime: 0,
})

/** Makes `session` the one in use. What another person's session had loaded is dropped. */
export function enter(queryClient: QueryClient, session: Session): void {
  const previous = queryClient.getQueryData(sessionQuery.queryKey)
  setCsrfToken(session.csrf_token)
  if (previous && previous.user.id !== session.user.id) {
    queryClient.removeQueries({ predicate: (query) => query.queryKey[0] !== sessionQuery.queryKey[0] })
  }
  queryClient.setQueryData(sessionQuery.queryKey, session)
}

export function useLogIn() {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: (credentials: { name: string; password: string }) => {
      // The token of a session that ended would be refused.
      setCsrfToken(null)
      return unwrap(api.POST('/api/v1/session', { body: credentials }))
    },
    onSuccess: (session) => enter(queryClient, session),
  })
}

export function useCompleteSetup() {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: (request: { token: string; name: string; password: string }) =>
      unwrap(api.POST('/api/v1/setup', { body: request })),
    onSuccess: (session) => enter(queryClient, session),
  })
}

export function useLogOut() {
  return useMutation({ mutationFn: () => unwrap(api.DELETE('/api/v1/session')) })
}

/**
 * What the server says about an action. An action it does not mention is offered: the server judges again when it is
 * tried, and hiding it would be a guess.
 */
export function allowance(actions: readonly AllowedAction[], action: Permission): AllowedAction {
  return actions.find((each) => each.action === action) ?? { action, allowed: true, reason: null }
}

/**
 * Whether the server says that an action is given. For what stands in the navigation: a place that it does not mention
 * is not offered.
 */
export function isGiven(actions: readonly AllowedAction[] | undefined, action: Permission): boolean {
  return actions?.find((each) => each.action === action)?.allowed === true
}
