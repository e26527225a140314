import { describe, expect, it } from 'vitest'
import { roughSpan } from './span'

describe('a time to wait', () => {
  it('is told in one unit and never as less than it is', () => {
    expect(roughSpan(0)).toEqual({ amount: 1, unit: 'second' })
    expect(roughSpan(89_000)).toEqual({ amount: 89, unit: 'second' })
    expect(roughSpan(90_000)).toEqual({ amount: 2, unit: 'minute' })
    expect(roughSpan(3_601_000)).toEqual({ amount: 61, unit: 'minute' })
    expect(roughSpan(2 * 3_600_000 + 1)).toEqual({ amount: 3, unit: 'hour' })
    expect(roughSpan(48 * 3_600_000)).toEqual({ amount: 2, unit: 'day' })
  })
})
