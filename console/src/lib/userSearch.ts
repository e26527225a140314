import { optionalText } from './searchParams'

/** The state of the users list, all of it in the URL. */
export interface UserSearch {
  q?: string
  /** The cursors of the pages walked so far; the last one is the page shown, dropping it goes back. */
  after?: string[]
  /** The dialog that makes a user is open. */
  create?: boolean
}

/** Keeps what is understood of a URL's search parameters and drops the rest. */
export function validateUserSearch(search: Record<string, unknown>): UserSearch {
  const result: UserSearch = {}
  const q = optionalText(search.q)
  if (q) result.q = q
  const after = (Array.isArray(search.after) ? search.after : [search.after]).filter(
    (cursor): cursor is string => typeof cursor === 'string' && cursor !== '',
  )
  if (after.length > 0) result.after = after
  if (isSwitchedOn(search.create)) result.create = true
  return result
}

/** Whether a parameter opens what it is named after. */
export function isSwitchedOn(value: unknown): boolean {
  return value === 'true' || value === true
}
