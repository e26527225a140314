import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import type { ImageSearch } from '../lib/imageSearch'
import type { Scope } from '../lib/scope'
import { api, unwrap } from './client'
import { INVENTORY_PAGE_SIZE } from './inventory'
import { IMAGES_KEY } from './keys'
import { REFRESH_INTERVAL_MS } from './queries'
import { REGISTRY_LISTS_KEY } from './registries'

/** How many of each group a search on the page shows. */
const FOUND_ON_PAGE = 20

/** More registries than these are looked for by name. */
const REGISTRIES_SHOWN = 20

/** While the server fills its index, tags and digests are about to be found too. */
const PARTIAL_REFRESH_MS = 1_500

function narrowing({ registry, kind, visibility, own }: ImageSearch, scope: Scope) {
  return { registry, kind, visibility, workspace: own && scope.type === 'workspace' ? scope.id : undefined }
}

/** The repositories of all registries. */
export function imagesQuery(search: ImageSearch, scope: Scope) {
  const query = {
    ...narrowing(search, scope),
    q: search.q,
    sort: search.sort,
    limit: INVENTORY_PAGE_SIZE,
    cursor: search.after?.at(-1),
  }
  return queryOptions({
    queryKey: [...IMAGES_KEY, 'list', query],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/repositories', { params: { query }, signal })),
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_INTERVAL_MS,
  })
}

/** Names, tags and digests that fit a text. A text typed over meanwhile is not waited for. */
export function foundQuery(q: string, search: ImageSearch, scope: Scope) {
  const query = { ...narrowing(search, scope), q, limit: FOUND_ON_PAGE }
  return queryOptions({
    queryKey: [...IMAGES_KEY, 'found', query],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/search', { params: { query }, signal })),
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => (state.data?.partial ? PARTIAL_REFRESH_MS : REFRESH_INTERVAL_MS),
  })
}

/** Registries by their name, of whatever owner. */
export function namedRegistriesQuery(q: string | undefined) {
  const query = { q, sort: 'name', limit: REGISTRIES_SHOWN }
  return queryOptions({
    queryKey: [...REGISTRY_LISTS_KEY, 'named', query],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/registries', { params: { query }, signal })),
    placeholderData: keepPreviousData,
  })
}
