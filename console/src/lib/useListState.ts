import { useNavigate, useSearch } from '@tanstack/react-router'
import { useCallback } from 'react'

/**
 * What a list shows, kept in the URL of whatever route the list stands in: the same screen serves the platform and a
 * workspace. `S` is what the route's own `validateSearch` yields.
 */
export function useListState<S extends { after?: string[] }>() {
  const current: unknown = useSearch({ strict: false })
  const search = current as S
  const navigate = useNavigate()

  const set = useCallback(
    (update: (before: S) => S, replace: boolean) =>
      void navigate({ to: '.', search: (before: unknown) => update(before as S) as never, replace }),
    [navigate],
  )
  /** Changes the filter, which starts at its first page; a step through the pages belongs into the history. */
  const change = useCallback(
    (part: Partial<S>) => set((before) => ({ ...before, after: undefined, ...part }), !('after' in part)),
    [set],
  )
  return { search, set, change }
}
