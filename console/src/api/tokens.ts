import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { api, unwrap } from './client'
import { TOKENS_KEY } from './keys'
import type { TokenRequest } from './types'

/** The own API tokens. */
export const tokensQuery = queryOptions({
  queryKey: TOKENS_KEY,
  queryFn: ({ signal }) => unwrap(api.GET('/api/v1/tokens', { signal })),
})

export function useCreateToken() {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: (request: TokenRequest) => unwrap(api.POST('/api/v1/tokens', { body: request })),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: TOKENS_KEY }),
    // The answer holds the token's text; it is not kept longer than it is shown.
    gcTime: 0,
  })
}

export function useRevokeToken() {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: (id: string) => unwrap(api.DELETE('/api/v1/tokens/{id}', { params: { path: { id } } })),
    onSettled: () => queryClient.invalidateQueries({ queryKey: TOKENS_KEY }),
  })
}
