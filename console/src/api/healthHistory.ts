import { queryOptions } from '@tanstack/react-query'
import { api, unwrap } from './client'
import { registryKey } from './registries'

export const STRIP_HOURS = 48
const REFRESH_MS = 60_000

/** The health of the last two days. Lies under its registry's key, so a change of its health renews it. */
export function healthHistoryQuery(id: string) {
  return queryOptions({
    queryKey: [...registryKey(id), 'health-history'],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET('/api/v1/registries/{id}/health-history', {
          params: { path: { id }, query: { hours: STRIP_HOURS } },
          signal,
        }),
      ),
    refetchInterval: REFRESH_MS,
  })
}
