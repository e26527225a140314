import { linkOptions } from '@tanstack/react-router'
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
