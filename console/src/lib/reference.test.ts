import { describe, expect, it } from 'vitest'
import { platformText, pullHost, shortDigest, tagReference } from './reference'

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
