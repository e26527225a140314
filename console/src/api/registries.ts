import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import type { RegistrySearch } from '../lib/registrySearch'
import type { Scope } from '../lib/scope'
import { api, unwrap } from './client'
import { REFRESH_INTERVAL_MS } from './queries'
import type { Registry, RegistryEdit, RegistryInput, SeenRegistry, ServerIdentity } from './types'
import { WORKSPACES_KEY } from './workspaces'

export const PAGE_SIZE = 50

/** Everything loaded about registries lies under this key. */
export const REGISTRIES_KEY = ['registries'] as const
export const REGISTRY_LISTS_KEY = [...REGISTRIES_KEY, 'list'] as const
/** What disconnected registries left behind. */
export const CLEANUPS_KEY = [...REGISTRIES_KEY, 'cleanups'] as const
export const registryKey = (id: string) => [...REGISTRIES_KEY, 'one', id] as const

export function registriesQuery(search: RegistrySearch, scope: Scope) {
  const query = {
    owner: scope.type === 'platform' ? 'platform' : scope.id,
    q: search.q,
    kind: search.kind,
    health: search.health,
    sort: search.sort,
    limit: PAGE_SIZE,
    cursor: search.after?.at(-1),
  }
  return queryOptions({
    queryKey: [...REGISTRY_LISTS_KEY, query],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/registries', { params: { query }, signal })),
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_INTERVAL_MS,
  })
}

/** What is seen of a registry when it is everything. */
export function asFull(registry: SeenRegistry | null | undefined): Registry | null {
  return registry?.detail === 'full' ? registry : null
}

/** The platform's registries, of which members see those they may pull from. */
export function openRegistriesQuery() {
  const query = { owner: 'platform', sort: 'name', limit: 200 } as const
  return queryOptions({
    queryKey: [...REGISTRY_LISTS_KEY, query],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/registries', { params: { query }, signal })),
    refetchInterval: REFRESH_INTERVAL_MS,
  })
}

export function registryQuery(id: string) {
  return queryOptions({
    queryKey: registryKey(id),
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/registries/{id}', { params: { path: { id } }, signal })),
    refetchInterval: REFRESH_INTERVAL_MS,
  })
}

const ifMatch = (registry: Registry) => ({ 'if-match': `"${registry.generation}"` })

export function useIntegrateRegistry() {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: (input: RegistryInput) => unwrap(api.POST('/api/v1/registries', { body: input })),
    onSuccess: async (registry) => {
      queryClient.setQueryData(registryKey(registry.id), registry)
      await queryClient.invalidateQueries({ queryKey: REGISTRY_LISTS_KEY })
      await queryClient.invalidateQueries({ queryKey: WORKSPACES_KEY })
    },
  })
}

export function useEditRegistry() {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: ({ registry, changes }: { registry: Registry; changes: RegistryEdit }) =>
      unwrap(
        api.PATCH('/api/v1/registries/{id}', {
          params: { path: { id: registry.id }, header: ifMatch(registry) },
          body: changes,
        }),
      ),
    onSuccess: async (registry) => {
      queryClient.setQueryData(registryKey(registry.id), registry)
      await queryClient.invalidateQueries({ queryKey: REGISTRY_LISTS_KEY })
    },
    // What was sent may hold a password; it is not kept longer than it is used.
    gcTime: 0,
  })
}

export function useDisconnectRegistry() {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: (registry: Registry) =>
      unwrap(
        api.DELETE('/api/v1/registries/{id}', {
          params: {
            path: { id: registry.id },
            header: ifMatch(registry),
            // The dialog asks for the name and calls this only with the right one.
            query: { confirm: registry.name },
          },
        }),
      ),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: REGISTRY_LISTS_KEY })
      await queryClient.invalidateQueries({ queryKey: CLEANUPS_KEY })
    },
  })
}

/** What disconnecting a registry would cost; nothing is changed. */
export function disconnectionCostQuery(id: string) {
  return queryOptions({
    queryKey: [...registryKey(id), 'cost'],
    queryFn: async ({ signal }) => {
      const answer = await unwrap(
        api.DELETE('/api/v1/registries/{id}', {
          params: { path: { id }, query: { dry_run: true } },
          signal,
        }),
      )
      if (answer === undefined) throw new Error('a dry run that ran')
      return answer
    },
    // Counted anew each time the dialog opens.
    staleTime: 0,
    gcTime: 0,
  })
}

interface Confirmation {
  registry: Registry
  seen: ServerIdentity
  password: string | undefined
}

export function useConfirmServer() {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: ({ registry, seen, password }: Confirmation) =>
      unwrap(
        api.PUT('/api/v1/registries/{id}/identity', {
          params: { path: { id: registry.id }, header: ifMatch(registry) },
          body: { seen, password },
        }),
      ),
    onSuccess: async (registry) => {
      queryClient.setQueryData(registryKey(registry.id), registry)
      await queryClient.invalidateQueries({ queryKey: REGISTRY_LISTS_KEY })
    },
    // What was sent may hold a password; it is not kept longer than it is used.
    gcTime: 0,
  })
}

export function useRefreshRegistry() {
  return useMutation({
    mutationFn: (registry: Registry) =>
      unwrap(api.POST('/api/v1/registries/{id}/refresh', { params: { path: { id: registry.id } } })),
  })
}
