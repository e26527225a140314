import { queryOptions } from '@tanstack/react-query'
import { api, unwrap } from './client'
import { IMAGES_KEY, USERS_KEY } from './keys'
import { REGISTRIES_KEY } from './registries'
import { WORKSPACES_KEY } from './workspaces'

/** More than these are better looked for in the list itself. */
const FOUND_MOST = 6
const IMAGES_MOST = 5

// Under the keys of what is found, so that what changes there is found anew.
const options = { staleTime: 30_000, gcTime: 60_000 } as const

export function foundRegistriesQuery(q: string) {
  return queryOptions({
    ...options,
    queryKey: [...REGISTRIES_KEY, 'found', q],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/registries', { params: { query: { q, limit: FOUND_MOST } }, signal })),
  })
}

export function foundWorkspacesQuery(q: string) {
  return queryOptions({
    ...options,
    queryKey: [...WORKSPACES_KEY, 'found', q],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/workspaces', { params: { query: { q, limit: FOUND_MOST } }, signal })),
  })
}

export function foundUsersQuery(q: string) {
  return queryOptions({
    ...options,
    queryKey: [...USERS_KEY, 'found', q],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/users', { params: { query: { q, limit: FOUND_MOST } }, signal })),
  })
}

/** Repositories by their name, and tags by theirs. */
export function foundImagesQuery(q: string) {
  return queryOptions({
    ...options,
    queryKey: [...IMAGES_KEY, 'few', q],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/search', { params: { query: { q, limit: IMAGES_MOST } }, signal })),
  })
}
