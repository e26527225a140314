import { linkOptions } from '@tanstack/react-router'
import type { RepositorySearch, TagSearch } from '../../lib/inventorySearch'
import type { Scope } from '../../lib/scope'

/** The way to a registry's overview that stays in the scope. */
export function registryLink(scope: Scope, id: string) {
  return scope.type === 'platform'
    ? linkOptions({ to: '/registries/$id', params: { id } })
    : linkOptions({ to: '/workspaces/$workspaceId/registries/$id', params: { workspaceId: scope.id, id } })
}

/** The way to the registries of the scope. */
export function registriesLink(scope: Scope) {
  return scope.type === 'platform'
    ? linkOptions({ to: '/registries', search: {} })
    : linkOptions({ to: '/workspaces/$workspaceId/registries', params: { workspaceId: scope.id }, search: {} })
}

/** The way to a registry's repositories. */
export function repositoriesLink(scope: Scope, id: string, search: RepositorySearch = {}) {
  return scope.type === 'platform'
    ? linkOptions({ to: '/registries/$id/repositories', params: { id }, search })
    : linkOptions({ to: '/workspaces/$workspaceId/registries/$id/repositories', params: { workspaceId: scope.id, id }, search })
}

/** The way to one repository. */
export function repositoryLink(scope: Scope, id: string, repositoryId: string, search: TagSearch = {}) {
  return scope.type === 'platform'
    ? linkOptions({ to: '/registries/$id/repositories/$repositoryId', params: { id, repositoryId }, search })
    : linkOptions({
        to: '/workspaces/$workspaceId/registries/$id/repositories/$repositoryId',
        params: { workspaceId: scope.id, id, repositoryId },
        search,
      })
}

/** The way to one artifact of a repository. */
export function artifactLink(scope: Scope, id: string, repositoryId: string, digest: string) {
  return scope.type === 'platform'
    ? linkOptions({ to: '/registries/$id/repositories/$repositoryId/artifacts/$digest', params: { id, repositoryId, digest } })
    : linkOptions({
        to: '/workspaces/$workspaceId/registries/$id/repositories/$repositoryId/artifacts/$digest',
        params: { workspaceId: scope.id, id, repositoryId, digest },
      })
}
