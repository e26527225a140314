/** The pages that a one-time link leads to. */
export type LinkPage = '/setup' | '/password'

/**
 * Takes the one-time token out of `<page>#token=...` and clears it from the address bar, so that it stays neither
 * in the history nor on a shared screen. A fragment never reaches a server or its logs.
 */
export function takeLinkToken(page: LinkPage, location: Location, history: History): string | null {
  if (location.pathname !== page || location.hash === '') return null
  const token = new URLSearchParams(location.hash.slice(1)).get('token')
  history.replaceState(history.state, '', location.pathname + location.search)
  return token === null || token === '' ? null : token
}
