import { describe, expect, it } from 'vitest'
import { tokenExample } from './tokenExample'

describe('the example call of a new token', () => {
  it('asks for something that the token can read', () => {
    expect(tokenExample('https://rs.example', ['user.read', 'change.follow'])).toContain('https://rs.example/api/v1/users')
    expect(tokenExample('https://rs.example', ['workspace.read', 'registry.read'])).toContain('/api/v1/registries')
  })

  it('does not put the token on the command line', () => {
    const example = tokenExample('https://rs.example', ['profile.read'])
    expect(example).toContain('read -rs')
    expect(example).not.toMatch(/curl.*Bearer/)
  })
})
