import { QueryClient } from '@tanstack/react-query'
import { ApiError } from './problem'

// The live feed invalidates what changed; this interval keeps ages right and carries the screens when the feed is down.
export const REFRESH_INTERVAL_MS = 15_000

const MAX_RETRIES = 2

/** Only a missing or overloaded server is worth asking again; a refusal stays a refusal. */
function isWorthRetrying(failures: number, error: unknown): boolean {
  if (failures >= MAX_RETRIES) return false
  return error instanceof ApiError && (error.code === 'network' || error.status === 503)
}

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: { staleTime: 5_000, retry: isWorthRetrying, networkMode: 'always' },
      mutations: { networkMode: 'always' },
    },
  })
}
