import { describe, expect, it } from 'vitest'
import { isSchemeTag, platformText, pullHost, shortDigest, tagReference } from './reference'

describe('a reference', () => {
  it('has the host and port of the address and nothing of its scheme', () => {
    expect(tagReference('http://127.0.0.1:5000', 'team/api', '1.0')).toBe('127.0.0.1:5000/team/api:1.0')
    expect(pullHost('https://registry.example.com/')).toBe('registry.example.com')
    expect(pullHost('registry.example.com')).toBe('registry.example.com')
  })
})

describe('a short digest', () => {
  it('keeps the algorithm and the beginning', () => {
    expect(shortDigest(`sha256:${'0123456789abcdef'.repeat(4)}`)).toBe('sha256:0123456789ab')
  })
})

describe('an architecture', () => {
  it('has its variant only where there is one', () => {
    expect(platformText({ os: 'linux', architecture: 'arm64', variant: 'v8' })).toBe('linux/arm64/v8')
    expect(platformText({ os: 'linux', architecture: 'amd64', variant: null })).toBe('linux/amd64')
  })
})

describe('a tag of the referrers tag schema', () => {
  const hex = 'a1'.repeat(32)

  it.each([`sha256-${hex}`, `sha256-${hex}.sig`, `sha256-${hex}.att`, `sha256-${hex}.sbom`, `sha512-${hex}${hex}`])(
    '%s is known',
    (tag) => expect(isSchemeTag(tag)).toBe(true),
  )

  it.each(['latest', 'sha256-a1', `sha256-${hex}-debug`, `sha256-${hex.toUpperCase()}`, `v-sha256-${hex}`, hex])(
    '%s is any other',
    (tag) => expect(isSchemeTag(tag)).toBe(false),
  )
})
