import { queryOptions } from '@tanstack/react-query'
import { api, unwrap } from './client'
import { REFRESH_INTERVAL_MS } from './queries'
import { CLEANUPS_KEY } from './registries'

/** What disconnected registries left behind. It lies with the registries: it changes when one is disconnected. */
export function cleanupsQuery() {
  return queryOptions({
    queryKey: CLEANUPS_KEY,
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/cleanups', { params: { query: { limit: 200 } }, signal })),
    refetchInterval: REFRESH_INTERVAL_MS,
  })
}
