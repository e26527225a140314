import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import type { DeletionTarget } from '../lib/deletion'
import { api, unwrap } from './client'
import { artifactsKey, IMAGES_KEY, repositoryKey, repositoryListsKey, tagsKey } from './keys'
import type { Repository } from './types'

function ask(id: string, target: DeletionTarget, query: { dry_run?: boolean; confirm?: string }, digest?: string, signal?: AbortSignal) {
  if (target.type === 'artifact') {
    return unwrap(
      api.DELETE('/api/v1/repositories/{id}/artifacts/{digest}', {
        params: { path: { id, digest: target.digest }, query },
        signal,
      }),
    )
  }
  const header = digest === undefined ? undefined : { 'if-match': `"${digest}"` }
  return unwrap(
    api.DELETE('/api/v1/repositories/{id}/tags/{tag}', {
      params: { path: { id, tag: target.name }, query, header },
      signal,
    }),
  )
}

/** What a deletion would take. The registry is asked a lot for it: once when somebody wants to know, and not by itself. */
export function deletionPlanQuery(repositoryId: string, target: DeletionTarget) {
  return queryOptions({
    queryKey: ['deletion', repositoryId, target],
    queryFn: ({ signal }) => ask(repositoryId, target, { dry_run: true }, undefined, signal),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    retry: false,
    refetchOnReconnect: false,
    refetchOnWindowFocus: false,
  })
}

interface Confirmed {
  target: DeletionTarget
  /** What the tag was seen to point at. */
  digest: string | undefined
  /** The repository's name, where it had to be typed. */
  confirm: string | undefined
}

export function useDeleteImage(repository: Repository) {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: ({ target, digest, confirm }: Confirmed) => ask(repository.id, target, { confirm }, digest),
    onSuccess: () => {
      const changed = [
        tagsKey(repository.id),
        repositoryKey(repository.id),
        repositoryListsKey(repository.registry_id),
        IMAGES_KEY,
      ]
      for (const queryKey of changed) void queryClient.invalidateQueries({ queryKey })
      // The page of what is gone may still be there: it is left, not asked for again.
      void queryClient.invalidateQueries({ queryKey: artifactsKey(repository.id), refetchType: 'none' })
    },
  })
}
