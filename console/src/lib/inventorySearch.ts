import { optionalText } from './searchParams'

export const REPOSITORY_SORTS = ['name', '-name', '-pushed_at', '-size', '-tags'] as const
export type RepositorySort = (typeof REPOSITORY_SORTS)[number]

/** The server looks for no longer text; names can be longer. */
const WORDS_MOST = 200

export const TAG_SORTS = ['newest', '-version', 'version', 'name', '-name'] as const
export type TagSort = (typeof TAG_SORTS)[number]

/** What the state of every such list has. */
export interface Listed<Sort> {
  q?: string
  sort?: Sort
  /** The cursors of the pages walked so far; the last one is the page shown. */
  after?: string[]
}

/** The state of a list of repositories, all of it in the URL. */
export interface RepositorySearch extends Listed<RepositorySort> {
  /** The space whose repositories are shown; left out, it is the registry's only one. */
  space?: string
  /** Only those that could not be read. */
  state?: 'broken'
}

/** The state of a list of tags, all of it in the URL. */
export interface TagSearch extends Listed<TagSort> {
  /** Also those that clients keep for what is about other artifacts. */
  attached?: true
}

/** The list that shows a tag, though it may be named after a digest and be left out of the list as it comes. */
export function tagSearch(tag: string): TagSearch {
  return { q: tag, attached: /^sha(256|512)-/.test(tag) || undefined }
}

/** Keeps what every such list understands; the first order is what the server does unasked. */
export function listed<Sort extends string>(search: Record<string, unknown>, sorts: readonly Sort[]): Listed<Sort> {
  const result: Listed<Sort> = {}
  const q = optionalText(search.q)?.slice(0, WORDS_MOST)
  if (q !== undefined) result.q = q
  const sort = sorts.find((each) => each === search.sort)
  if (sort !== undefined && sort !== sorts[0]) result.sort = sort
  const after = (Array.isArray(search.after) ? search.after : [search.after]).filter(
    (cursor): cursor is string => typeof cursor === 'string' && cursor !== '',
  )
  if (after.length > 0) result.after = after
  return result
}

/** Keeps what is understood of a URL's search parameters and drops the rest. */
export function validateRepositorySearch(search: Record<string, unknown>): RepositorySearch {
  const result: RepositorySearch = listed(search, REPOSITORY_SORTS)
  const space = optionalText(search.space)
  if (space !== undefined) result.space = space
  if (search.state === 'broken') result.state = 'broken'
  return result
}

/** Keeps what is understood of a URL's search parameters and drops the rest. */
export function validateTagSearch(search: Record<string, unknown>): TagSearch {
  const result: TagSearch = listed(search, TAG_SORTS)
  if (search.attached === 'true' || search.attached === true) result.attached = true
  return result
}
