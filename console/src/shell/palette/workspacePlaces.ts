const ONE = /^\/workspaces\/\$[^/]+\/registries$/

/** Where the pages of workspaces are. */
export interface WorkspacePlaces {
  list: string | null
  create: string | null
  one: ((id: string) => string) | null
}

/** The pages of workspaces among the console's routes. What has no page gets no entry in the palette. */
export function workspacePlaces(routes: readonly string[]): WorkspacePlaces {
  const hasList = routes.includes('/workspaces')
  return {
    list: hasList ? '/workspaces' : null,
    create: hasList ? '/workspaces?create=true' : null,
    one: routes.some((route) => ONE.test(route)) ? (id) => `/workspaces/${id}/registries` : null,
  }
}
