import { describe, expect, it } from 'vitest'
import { dayOf, percentOf, trendLines } from './trend'

const from = (first: number, ...values: number[]) => values.map((value, index) => ({ day: first + index, value }))

describe('the lines of a figure over the days', () => {
  it('span the box from its lowest to its highest value', () => {
    expect(trendLines(from(20_000, 10, 20, 15), 100, 40)).toEqual(['0,40 50,0 100,20'])
  })

  it('lie in the middle when nothing moves', () => {
    expect(trendLines(from(5, 7, 7), 100, 40)).toEqual(['0,20 100,20'])
    expect(trendLines(from(5, 7), 100, 40)).toEqual(['-2,20 2,20'])
  })

  it('break where days are missing, and show a day alone as a dash', () => {
    const days = [...from(1, 10, 20), ...from(6, 30), ...from(10, 20, 10)]
    expect(trendLines(days, 100, 40)).toEqual(['0,40 10,20', '48,0 52,0', '90,20 100,40'])
  })

  it('tell the days apart by UTC', () => {
    expect(dayOf('2026-03-02T00:00:00Z') - dayOf('2026-03-01T23:59:59Z')).toBe(1)
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
