import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { api, unwrap } from './client'
import { descriptionKey } from './keys'
import { REFRESH_INTERVAL_MS } from './queries'

/** What is said about a repository. */
export function descriptionQuery(repositoryId: string) {
  return queryOptions({
    queryKey: descriptionKey(repositoryId),
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/repositories/{id}/description', { params: { path: { id: repositoryId } }, signal })),
    refetchInterval: REFRESH_INTERVAL_MS,
  })
}

/** Writes it, over the revision that was read. */
export function useDescribe(repositoryId: string) {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: ({ revision, text }: { revision: number; text: string }) =>
      unwrap(
        api.PUT('/api/v1/repositories/{id}/description', {
          params: { path: { id: repositoryId }, header: { 'if-match': `"${revision}"` } },
          body: { text },
        }),
      ),
    onSuccess: (description) => queryClient.setQueryData(descriptionKey(repositoryId), description),
  })
}
