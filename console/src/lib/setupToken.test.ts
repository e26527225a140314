import { beforeEach, describe, expect, it } from 'vitest'
import { takeSetupToken } from './setupToken'

describe('takeSetupToken', () => {
  beforeEach(() => history.replaceState(null, '', '/'))

  it('reads the token and clears it from the address', () => {
    history.replaceState(null, '', '/setup#token=abc-123')
    expect(takeSetupToken(location, history)).toBe('abc-123')
    expect(location.hash).toBe('')
    expect(location.pathname).toBe('/setup')
  })

  it('leaves the fragment of other pages alone', () => {
    history.replaceState(null, '', '/registries#token=abc')
    expect(takeSetupToken(location, history)).toBeNull()
    expect(location.hash).toBe('#token=abc')
  })

  it('a fragment without a token yields none', () => {
    history.replaceState(null, '', '/setup#token=')
    expect(takeSetupToken(location, history)).toBeNull()
  })
})
