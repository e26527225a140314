/**
 * Takes the one-time token out of `/setup#token=...` and clears it from the address bar, so that it stays neither
 * in the history nor on a shared screen. A fragment never reaches a server or its logs.
 */
export function takeSetupToken(location: Location, history: History): string | null {
  if (location.pathname !== '/setup' || location.hash === '') return null
  const token = new URLSearchParams(location.hash.slice(1)).get('token')
  history.replaceState(history.state, '', location.pathname + location.search)
  return token === null || token === '' ? null : token
}
