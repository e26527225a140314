/** Where a log-in without a wish leads to: from there the router goes on to what the person may see. */
export const HOME = '/'

// Control characters and backslashes are read differently by different URL parsers; "//host" leaves the origin.
const UNSAFE = /[\u0000-\u001f\u007f\\]/

/**
 * The path to open after a log-in: `value` when it is a path on this origin, else the home page.
 * A link that a stranger wrote must not be able to lead elsewhere.
 */
export function safeReturnTo(value: unknown): string {
  if (typeof value !== 'string' || !value.startsWith('/') || value.startsWith('//') || UNSAFE.test(value)) return HOME
  const resolved = new URL(value, 'http://origin.invalid')
  if (resolved.origin !== 'http://origin.invalid') return HOME
  const path = resolved.pathname
  if (path.startsWith('//') || ['/login', '/setup', '/password'].includes(path)) return HOME
  return path + resolved.search + resolved.hash
}
