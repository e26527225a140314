import { afterEach, describe, expect, it } from 'vitest'
import { observeServerDate, serverNow } from './clock'

describe('serverNow', () => {
  const local = Date.parse('2026-11-20T12:00:00Z')
  afterEach(() => observeServerDate(new Date(local).toUTCString(), local))

  it('follows the server when this machine is off', () => {
    observeServerDate('Fri, 20 Nov 2026 12:05:00 GMT', local)
    expect(serverNow(local)).toBe(local + 5 * 60_000)
  })

  it('leaves a difference within the resolution alone', () => {
    observeServerDate('Fri, 20 Nov 2026 12:00:01 GMT', local)
    expect(serverNow(local)).toBe(local)
  })

  it('ignores a header that is no date', () => {
    observeServerDate('soon', local)
    observeServerDate(null, local)
    expect(serverNow(local)).toBe(local)
  })
})
