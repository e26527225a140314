import type { ArtifactKind } from '../api/types'
import { type Listed, listed, REPOSITORY_SORTS, type RepositorySort } from './inventorySearch'
import { isSwitchedOn, optionalText } from './searchParams'

export const ARTIFACT_KINDS = [
  'image',
  'index',
  'helm',
  'signature',
  'sbom',
  'attestation',
  'other',
] as const satisfies readonly ArtifactKind[]
export const VISIBILITIES = ['public', 'private'] as const

/** The state of the list of images, all of it in the URL. */
export interface ImageSearch extends Listed<RepositorySort> {
  /** With a text: the list of repositories with it in their name, instead of everything found by it. */
  names?: boolean
  /** Only in this registry. */
  registry?: string
  kind?: ArtifactKind
  visibility?: (typeof VISIBILITIES)[number]
  /** Only in registries of the workspace of the page. */
  own?: boolean
}

/** Keeps what is understood of a URL's search parameters and drops the rest. */
export function validateImageSearch(search: Record<string, unknown>): ImageSearch {
  const result: ImageSearch = listed(search, REPOSITORY_SORTS)
  if (result.q !== undefined && isSwitchedOn(search.names)) result.names = true
  const registry = optionalText(search.registry)
  if (registry !== undefined) result.registry = registry
  const kind = ARTIFACT_KINDS.find((each) => each === search.kind)
  if (kind !== undefined) result.kind = kind
  const visibility = VISIBILITIES.find((each) => each === search.visibility)
  if (visibility !== undefined) result.visibility = visibility
  if (isSwitchedOn(search.own)) result.own = true
  return result
}

/** Whether the list is narrowed, apart from its text. */
export function isNarrowed({ registry, kind, visibility, own }: ImageSearch): boolean {
  return registry !== undefined || kind !== undefined || visibility !== undefined || own !== undefined
}
