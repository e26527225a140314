import { describe, expect, it } from 'vitest'
import { barAfterKey, lasted } from './healthStrip'

describe('lasted', () => {
  it('leaves out what did not happen and keeps the order', () => {
    expect(lasted({ healthy_ms: 5000, degraded_ms: 0, unhealthy_ms: 1000, unknown_ms: 0 })).toEqual([
      { state: 'healthy', ms: 5000 },
      { state: 'unhealthy', ms: 1000 },
    ])
  })

  it('tells a state that began just now', () => {
    expect(lasted({ healthy_ms: 240, degraded_ms: 0, unhealthy_ms: 0, unknown_ms: 172_000_000 })).toEqual([
      { state: 'healthy', ms: 1000 },
      { state: 'unknown', ms: 172_000_000 },
    ])
  })
})

describe('barAfterKey', () => {
  it.each([
    ['ArrowLeft', 0, 0],
    ['ArrowLeft', 5, 4],
    ['ArrowRight', 95, 95],
    ['ArrowUp', 5, 6],
    ['PageDown', 5, 0],
    ['PageUp', 90, 95],
    ['Home', 50, 0],
    ['End', 50, 95],
    ['Tab', 50, undefined],
  ])('%s at %i leads to %s', (key, index, expected) => {
    expect(barAfterKey(key, index, 96)).toBe(expected)
  })
})
