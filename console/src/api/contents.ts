import { queryOptions } from '@tanstack/react-query'
import { api, unwrap } from './client'

/** The largest document the server gives. */
export const DOCUMENT_MOST = 32 * 1024 * 1024

/** Where a manifest can be saved from. */
export function manifestHref(repositoryId: string, digest: string): string {
  return `/api/v1/repositories/${repositoryId}/artifacts/${digest}/manifest`
}

/** Where a document that an artifact names can be saved from. */
export function documentHref(repositoryId: string, digest: string, blob: string): string {
  return `/api/v1/repositories/${repositoryId}/artifacts/${digest}/blobs/${blob}`
}

// What a digest names never changes, so nothing here is asked for twice; nor does the change feed have it asked again.
const ONCE = { staleTime: Number.POSITIVE_INFINITY, gcTime: 60_000 } as const

/** The text of a manifest, from its registry. */
export function manifestQuery(repositoryId: string, digest: string) {
  return queryOptions({
    queryKey: ['contents', repositoryId, digest],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET('/api/v1/repositories/{id}/artifacts/{digest}/manifest', {
          params: { path: { id: repositoryId, digest } },
          parseAs: 'text',
          signal,
        }),
      ),
    ...ONCE,
  })
}

/** The text of a document, from its registry. */
export function documentQuery(repositoryId: string, digest: string, blob: string) {
  return queryOptions({
    queryKey: ['contents', repositoryId, digest, blob],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET('/api/v1/repositories/{id}/artifacts/{digest}/blobs/{blob}', {
          params: { path: { id: repositoryId, digest, blob } },
          parseAs: 'text',
          signal,
        }),
      ),
    ...ONCE,
  })
}
