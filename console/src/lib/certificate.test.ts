import { describe, expect, it } from 'vitest'
import { certificateState } from './certificate'

const NOW = Date.parse('2026-01-01T00:00:00Z')

describe('certificateState', () => {
  it.each([
    ['2026-01-15T00:00:00Z', 14, 'well'],
    ['2026-01-14T23:59:59Z', 13, 'soon'],
    ['2026-01-01T00:00:01Z', 0, 'soon'],
    ['2026-01-01T00:00:00Z', 0, 'ended'],
    ['2025-12-31T23:59:59Z', -1, 'ended'],
  ] as const)('%s has %i days left and is %s', (expiresAt, days, tone) => {
    expect(certificateState(expiresAt, NOW)).toEqual({ days, tone })
  })
})
