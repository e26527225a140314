import { describe, expect, it } from 'vitest'
import { HOME, safeReturnTo } from './returnTo'

const CASES = 50_000
const ORIGIN = 'https://roadstead.example'

// What a link may be made of to leave the origin: separators, encodings, schemes, hosts, user-info, characters that
// parsers drop or turn into others.
const PARTS = [
  '/', '//', '///', '\\', '/\\', '\\/', '.', '..', '/..', '/./', '/../', '%2f', '%2F', '%5c', '%5C', '%2e', '%252f', '%09', '%00',
  '\t', '\n', '\r', '\u0000', '\u0001', '\u001f', '\u007f', '\u0085', '\u00a0', '\u00ad', '\u200b', '\u2028', '\u202e', '\u2044',
  '\u2215', '\u3002', '\ufeff', '\uff0f', '\uff3c', '\ud800', ' ', ':', ';', '@', '?', '#', '&', '=', '*', '[', ']', '|', '^', '`',
  'http:', 'https:', 'HTTPS:', 'javascript:', 'data:text/html,', 'blob:', 'file:', 'ftp:', 'mailto:', 'view-source:', 'about:blank',
  'evil.example', 'evil.example:443', '127.0.0.1', '[::1]', 'roadstead.example.evil.example', 'roadstead.example@evil.example',
  'user:pass@', 'x', 'registries', 'login', 'setup', 'registries?q=a', '#token=x', 'return_to=//evil.example', '../../', '中', '🙂',
]

/** A small generator whose run is repeated by its seed. */
function generator(seed: number): (below: number) => number {
  let state = seed >>> 0
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

/** What is wrong with where a log-in would lead to. */
function wrong(target: string): string | undefined {
  // A browser drops these and takes a backslash for a slash before it looks at anything else.
  const seen = target.replace(/[\t\n\r]/g, '').replace(/\\/g, '/').trim()
  if (!target.startsWith('/')) return 'no path'
  if (seen.startsWith('//')) return 'a host'
  if (/[\u0000-\u001f\u007f\\]/.test(target)) return 'a character that parsers disagree about'
  for (const base of [`${ORIGIN}/`, `${ORIGIN}/login?return_to=x`, `${ORIGIN}/a/b/c`]) {
    const resolved = new URL(target, base)
    if (resolved.origin !== ORIGIN || resolved.username !== '' || resolved.password !== '') return `leaves for ${resolved.href}`
    if (resolved.pathname.startsWith('//')) return 'a host for who resolves it again'
    if (['/login', '/setup'].includes(resolved.pathname)) return 'a log-in that leads to a log-in'
  }
  return undefined
}

describe('sec_11 return-to', () => {
  it('sec_11 no link leads away from the console after a log-in', () => {
    const wanted = Number(import.meta.env['VITE_TEST_SEED'])
    const seed = Number.isInteger(wanted) && wanted > 0 ? wanted : Date.now() >>> 0
    const next = generator(seed)
    const found: string[] = []
    let kept = 0
    for (let i = 0; i < CASES; i += 1) {
      const length = 1 + next(7)
      // Most begin as a path, else nearly all would be refused for that alone.
      let link = next(4) === 0 ? '' : '/'
      for (let part = 0; part < length; part += 1) link += PARTS[next(PARTS.length)] ?? ''
      const target = safeReturnTo(link)
      if (target !== HOME) kept += 1
      const why = wrong(target)
      if (why !== undefined) found.push(`${JSON.stringify(link)} -> ${JSON.stringify(target)}: ${why}`)
      if (safeReturnTo(target) !== target) found.push(`${JSON.stringify(link)} -> ${JSON.stringify(target)}: is another one when it is read again`)
    }
    console.info(`return-to: ${CASES} links, seed ${seed} (VITE_TEST_SEED), ${kept} kept, ${found.length} lead away`)
    expect(found.slice(0, 10)).toEqual([])
    expect(kept).toBeGreaterThan(CASES / 50)
  })
})
