import { describe, expect, it } from 'vitest'
import { expiryOf, expiryState } from './expiry'

const now = Date.parse('2026-11-20T12:00:00Z')

describe('expiryOf', () => {
  it('counts days from the server’s present', () => {
    expect(expiryOf('7', undefined, now)).toBe('2026-11-27T12:00:00.000Z')
    expect(expiryOf('365', '2030-01-01T00:00:00Z', now)).toBe('2027-11-20T12:00:00.000Z')
  })
  it('takes the chosen day, and nothing while none is chosen', () => {
    expect(expiryOf('custom', '2026-12-01T00:00:00Z', now)).toBe('2026-12-01T00:00:00Z')
    expect(expiryOf('custom', undefined, now)).toBeUndefined()
  })
})

describe('expiryState', () => {
  it.each([
    ['2026-11-20T12:00:00Z', 'ended'],
    ['2026-12-04T12:00:00Z', 'soon'],
    ['2026-12-04T12:00:01Z', 'well'],
  ] as const)('%s is %s', (at, state) => {
    expect(expiryState(at, now)).toBe(state)
  })
})
