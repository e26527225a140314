import type { Health, RegistryKind } from '../api/types'

export const HEALTHS = ['healthy', 'degraded', 'unhealthy', 'unknown'] as const satisfies readonly Health[]
export const KINDS = ['harbor', 'docker', 'jfrog'] as const satisfies readonly RegistryKind[]
export const SORTS = ['attention', 'name', '-name', 'created_at', '-created_at'] as const
export type RegistrySort = (typeof SORTS)[number]

/** The state of the registries list, all of it in the URL so that a link shows what its sender saw. */
export interface RegistrySearch {
  q?: string
  kind?: RegistryKind
  health?: Health
  sort?: RegistrySort
  /** The cursors of the pages walked so far; the last one is the page shown, dropping it goes back. */
  after?: string[]
  /** The integrate drawer is open. */
  integrate?: boolean
}

function oneOf<T extends string>(allowed: readonly T[], value: unknown): T | undefined {
  return allowed.find((each) => each === value)
}

/** Keeps what is understood of a URL's search parameters and drops the rest. */
export function validateRegistrySearch(search: Record<string, unknown>): RegistrySearch {
  const result: RegistrySearch = {}
  if (typeof search.q === 'string' && search.q.trim() !== '') result.q = search.q
  const kind = oneOf(KINDS, search.kind)
  if (kind) result.kind = kind
  const health = oneOf(HEALTHS, search.health)
  if (health) result.health = health
  const sort = oneOf(SORTS, search.sort)
  if (sort && sort !== 'attention') result.sort = sort
  const after = (Array.isArray(search.after) ? search.after : [search.after]).filter(
    (cursor): cursor is string => typeof cursor === 'string' && cursor !== '',
  )
  if (after.length > 0) result.after = after
  if (search.integrate === 'true' || search.integrate === true) result.integrate = true
  return result
}

/** Whether the list is narrowed, hence whether "nothing here" means "no match". */
export function isFiltered(search: RegistrySearch): boolean {
  return search.q !== undefined || search.kind !== undefined || search.health !== undefined
}
