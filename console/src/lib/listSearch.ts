import { isSwitchedOn, optionalText } from './searchParams'

/** The state of a list ordered by name, all of it in the URL. */
export interface ListSearch {
  q?: string
  /** The cursors of the pages walked so far; the last one is the page shown. */
  after?: string[]
  /** The dialog that makes a new one is open. */
  create?: boolean
}

/** Keeps what is understood of a URL's search parameters and drops the rest. */
export function validateListSearch(search: Record<string, unknown>): ListSearch {
  const result: ListSearch = {}
  const q = optionalText(search.q)
  if (q !== undefined) result.q = q
  const after = (Array.isArray(search.after) ? search.after : [search.after]).filter(
    (cursor): cursor is string => typeof cursor === 'string' && cursor !== '',
  )
  if (after.length > 0) result.after = after
  if (isSwitchedOn(search.create)) result.create = true
  return result
}
