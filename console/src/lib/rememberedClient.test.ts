import { afterEach, describe, expect, it, vi } from 'vitest'
import { rememberClient, rememberedClient } from './rememberedClient'

describe('the client', () => {
  afterEach(() => {
    vi.unstubAllGlobals()
    localStorage.clear()
  })

  it('is remembered, unless it is one nobody offers', () => {
    expect(rememberedClient()).toBeNull()
    rememberClient('podman')
    expect(rememberedClient()).toBe('podman')
    localStorage.setItem('roadstead-client', 'rm -rf')
    expect(rememberedClient()).toBeNull()
  })

  it('is forgotten without harm where storage is switched off', () => {
    const denied = () => {
      throw new Error('denied')
    }
    vi.stubGlobal('localStorage', { getItem: denied, setItem: denied })
    expect(() => rememberClient('docker')).not.toThrow()
    expect(rememberedClient()).toBeNull()
  })
})
