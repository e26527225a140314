const PLAUSIBLE = /^(https?:\/\/)?(\[[0-9a-f:.]+\]|[a-z0-9]([a-z0-9._-]*[a-z0-9])?)(:\d{1,5})?(\/[^\s?#@]*)?$/i

/** Whether an address looks finished enough to be tried. The server decides whether it is right. */
export function isPlausibleAddress(address: string): boolean {
  return PLAUSIBLE.test(address.trim())
}

/** Whether the address asks for an unencrypted connection. */
export function isPlainHttp(address: string): boolean {
  return /^http:\/\//i.test(address.trim())
}

/** The address with the scheme that is assumed when none was typed. */
export function withScheme(address: string): string {
  const trimmed = address.trim()
  return trimmed === '' || /^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed) ? trimmed : `https://${trimmed}`
}

/** The same address with this scheme. */
export function inScheme(address: string, scheme: 'http' | 'https'): string {
  return withScheme(address).replace(/^https?:/i, `${scheme}:`)
}
