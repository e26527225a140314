import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import type { RepositorySearch, TagSearch } from '../lib/inventorySearch'
import { api, unwrap } from './client'
import { artifactsKey, crawlKey, historyKey, largestSpacesKey, repositoryKey, repositoryListsKey, spacesKey, tagsKey } from './keys'
import { REFRESH_INTERVAL_MS } from './queries'

export const INVENTORY_PAGE_SIZE = 50

/** More spaces than these are looked for by name. */
const SPACES_MOST = 200

export function crawlQuery(registryId: string) {
  return queryOptions({
    queryKey: crawlKey(registryId),
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/registries/{id}/crawl', { params: { path: { id: registryId } }, signal })),
    refetchInterval: REFRESH_INTERVAL_MS,
  })
}

export function historyQuery(registryId: string) {
  return queryOptions({
    queryKey: historyKey(registryId),
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/registries/{id}/statistics-history', { params: { path: { id: registryId } }, signal })),
    refetchInterval: REFRESH_INTERVAL_MS,
  })
}

export function spacesQuery(registryId: string) {
  return queryOptions({
    queryKey: spacesKey(registryId),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET('/api/v1/registries/{id}/spaces', {
          params: { path: { id: registryId }, query: { limit: SPACES_MOST } },
          signal,
        }),
      ),
    refetchInterval: REFRESH_INTERVAL_MS,
  })
}

/** The spaces that take most, and how many there are in all. */
export function largestSpacesQuery(registryId: string) {
  return queryOptions({
    queryKey: largestSpacesKey(registryId),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET('/api/v1/registries/{id}/spaces', {
          params: { path: { id: registryId }, query: { sort: '-storage_bytes', limit: 5 } },
          signal,
        }),
      ),
    refetchInterval: REFRESH_INTERVAL_MS,
  })
}

export function repositoriesQuery(registryId: string, spaceId: string, search: RepositorySearch) {
  const { q, state, sort } = search
  const query = { q, state, sort, limit: INVENTORY_PAGE_SIZE, cursor: search.after?.at(-1) }
  return queryOptions({
    queryKey: [...repositoryListsKey(registryId), spaceId, query],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/spaces/{id}/repositories', { params: { path: { id: spaceId }, query }, signal })),
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_INTERVAL_MS,
  })
}

export function repositoryQuery(id: string) {
  return queryOptions({
    queryKey: repositoryKey(id),
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/repositories/{id}', { params: { path: { id } }, signal })),
    refetchInterval: REFRESH_INTERVAL_MS,
  })
}

export function tagsQuery(repositoryId: string, search: TagSearch) {
  const query = {
    q: search.q,
    attached: search.attached,
    sort: search.sort,
    limit: INVENTORY_PAGE_SIZE,
    cursor: search.after?.at(-1),
  }
  return queryOptions({
    queryKey: [...tagsKey(repositoryId), query],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/repositories/{id}/tags', { params: { path: { id: repositoryId }, query }, signal })),
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_INTERVAL_MS,
  })
}

export function artifactQuery(repositoryId: string, digest: string) {
  return queryOptions({
    queryKey: [...artifactsKey(repositoryId), digest],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET('/api/v1/repositories/{id}/artifacts/{digest}', {
          params: { path: { id: repositoryId, digest } },
          signal,
        }),
      ),
    refetchInterval: REFRESH_INTERVAL_MS,
  })
}

/**
 * An artifact that another's page tells about. What a digest names never changes, so only those not read yet are worth asking
 * for again; the change feed says when.
 */
export function referrerQuery(repositoryId: string, digest: string) {
  return queryOptions({ ...artifactQuery(repositoryId, digest), refetchInterval: false, staleTime: Number.POSITIVE_INFINITY })
}

/** Where else the layers of an artifact lie. */
export function sharedLayersQuery(repositoryId: string, digest: string) {
  return queryOptions({
    queryKey: [...artifactsKey(repositoryId), digest, 'layers'],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET('/api/v1/repositories/{id}/artifacts/{digest}/layers', {
          params: { path: { id: repositoryId, digest } },
          signal,
        }),
      ),
    refetchInterval: REFRESH_INTERVAL_MS,
  })
}

/** Has a registry read again, or stops that. */
export function useSetCrawl(registryId: string) {
  const queryClient = useQueryClient()
  const params = { params: { path: { id: registryId } } }
  return useMutation({
    mutationFn: (wanted: 'start' | 'cancel') =>
      wanted === 'start'
        ? unwrap(api.POST('/api/v1/registries/{id}/crawl', params))
        : unwrap(api.DELETE('/api/v1/registries/{id}/crawl', params)),
    onSuccess: (crawl) => queryClient.setQueryData(crawlKey(registryId), crawl),
  })
}

/** Has one repository read again. */
export function useRefreshRepository(id: string) {
  return useMutation({
    mutationFn: () => unwrap(api.POST('/api/v1/repositories/{id}/refresh', { params: { path: { id } } })),
  })
}
