import { describe, expect, it } from 'vitest'
import { HOME, safeReturnTo } from './returnTo'

describe('safeReturnTo', () => {
  it.each(['/registries', '/registries?q=a&health=unhealthy', '/registries/0199?x=1#y', '/a//b'])('keeps %s', (path) => {
    expect(safeReturnTo(path)).toBe(path)
  })

  it.each([
    undefined,
    null,
    42,
    '',
    'registries',
    'https://evil.example/',
    'javascript:alert(1)',
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
    '/\n/evil.example',
    '/registries\u0000',
    '/registries\u007f',
    '/x/..//evil.example',
    '/./\u002fevil.example',
    ' /registries',
    '/login?return_to=/login',
    '/setup',
    '/password',
  ])('refuses %j', (value) => {
    expect(safeReturnTo(value)).toBe(HOME)
  })
})
