import { describe, expect, it } from 'vitest'
import { percentOf, trendPoints } from './trend'

describe('the corners of a line', () => {
  it('span the box from its lowest to its highest value', () => {
    expect(trendPoints([10, 20, 15], 100, 40)).toBe('0,40 50,0 100,20')
  })

  it('lie in the middle when nothing moves', () => {
    expect(trendPoints([7, 7], 100, 40)).toBe('0,20 100,20')
    expect(trendPoints([7], 100, 40)).toBe('0,20')
  })
})

describe('a percentage', () => {
  it('is 0 and 100 only when that is so', () => {
    expect(percentOf(0, 10)).toBe(0)
    expect(percentOf(1, 100_000)).toBe(1)
    expect(percentOf(99_999, 100_000)).toBe(99)
    expect(percentOf(10, 10)).toBe(100)
    expect(percentOf(3, 0)).toBe(0)
  })
})
