import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { api, unwrap } from './client'
import { REFRESH_INTERVAL_MS } from './queries'
import { REGISTRIES_KEY, registryKey } from './registries'
import type { RegistrySharing } from './types'

/** Lies under the registry's own key, so that what changes there is read anew. */
export const sharingKey = (id: string) => [...registryKey(id), 'sharing'] as const

export function sharingQuery(id: string) {
  return queryOptions({
    queryKey: sharingKey(id),
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/registries/{id}/sharing', { params: { path: { id } }, signal })),
    refetchInterval: REFRESH_INTERVAL_MS,
  })
}

const at = (id: string, { generation }: RegistrySharing) => ({
  path: { id },
  header: { 'if-match': `"${generation}"` },
})

/** What sharing would mean: the account is tried, nothing is decided. */
export function previewQuery(id: string, seen: RegistrySharing) {
  return queryOptions({
    queryKey: [...REGISTRIES_KEY, 'sharing-preview', id, seen.generation],
    queryFn: () =>
      unwrap(
        api.PUT('/api/v1/registries/{id}/sharing', {
          params: { ...at(id, seen), query: { dry_run: true } },
          body: { consent: false },
        }),
      ),
    // Each look opens an upload at the registry.
    staleTime: Infinity,
    gcTime: 0,
    retry: false,
  })
}

function useReread(id: string) {
  const queryClient = useQueryClient()
  return async () => {
    await queryClient.invalidateQueries({ queryKey: registryKey(id) })
    await queryClient.invalidateQueries({ queryKey: sharingKey(id) })
  }
}

export function useShare(id: string) {
  const reread = useReread(id)
  return useMutation({
    mutationFn: (seen: RegistrySharing) =>
      unwrap(api.PUT('/api/v1/registries/{id}/sharing', { params: at(id, seen), body: { consent: true } })),
    onSuccess: reread,
  })
}

export function useUnshare(id: string) {
  const reread = useReread(id)
  return useMutation({
    mutationFn: (seen: RegistrySharing) =>
      unwrap(api.DELETE('/api/v1/registries/{id}/sharing', { params: at(id, seen) })),
    onSuccess: reread,
  })
}

export function useSetPullAccount(id: string) {
  const reread = useReread(id)
  return useMutation({
    mutationFn: ({ seen, ...body }: { seen: RegistrySharing; username: string; password: string }) =>
      unwrap(api.PUT('/api/v1/registries/{id}/pull-account', { params: at(id, seen), body })),
    onSuccess: reread,
    // The password is not kept longer than it is used.
    gcTime: 0,
  })
}

export function useRemovePullAccount(id: string) {
  const reread = useReread(id)
  return useMutation({
    mutationFn: (seen: RegistrySharing) =>
      unwrap(api.DELETE('/api/v1/registries/{id}/pull-account', { params: at(id, seen) })),
    onSuccess: reread,
  })
}
