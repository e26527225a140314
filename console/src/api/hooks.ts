import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { api, unwrap } from './client'
import { hookKey } from './keys'
import { REFRESH_INTERVAL_MS } from './queries'

export function hookQuery(registryId: string) {
  return queryOptions({
    queryKey: hookKey(registryId),
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/registries/{id}/hook', { params: { path: { id: registryId } }, signal })),
    refetchInterval: REFRESH_INTERVAL_MS,
  })
}

/** Makes a registry's hook, or another secret for the one it has. */
export function useIssueHook(registryId: string) {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: () => unwrap(api.PUT('/api/v1/registries/{id}/hook', { params: { path: { id: registryId } } })),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: hookKey(registryId) }),
    // The secret is not kept longer than it is shown.
    gcTime: 0,
  })
}

/** Removes a registry's hook. */
export function useEndHook(registryId: string) {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: () => unwrap(api.DELETE('/api/v1/registries/{id}/hook', { params: { path: { id: registryId } } })),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: hookKey(registryId) }),
  })
}
