import { describe, expect, it } from 'vitest'
import type { Registry, RegistrySharing } from '../api/types'
import { capabilitiesSeen } from './capabilitiesSeen'

const registry = (username: string | null) =>
  ({
    username,
    capabilities: [
      { name: 'pull', status: 'available', reason: null },
      { name: 'anonymous_pull', status: 'unknown', reason: 'NotObservedYet' },
      { name: 'push', status: 'unknown', reason: 'NeverTried' },
    ],
  }) as unknown as Registry

const sharing = (conditions: [type: string, status: string][], mode?: string) =>
  ({
    conditions: conditions.map(([type, status]) => ({ type, status, reason: 'Proved' })),
    delivered: mode === undefined ? null : { mode, username: 'robot' },
  }) as unknown as RegistrySharing

const shown = (username: string | null, seen?: RegistrySharing) =>
  capabilitiesSeen(registry(username), seen).map(({ name, status }) => `${name} ${status}`)

describe('what a registry can do', () => {
  it('is what was asked where nothing was tried out', () => {
    const asked = ['pull available', 'anonymous_pull unknown', 'push unknown']
    expect(shown('robot')).toEqual(asked)
    expect(shown('robot', sharing([['AnonymousPull', 'unknown']]))).toEqual(asked)
  })

  it('says nothing of an account that is not there', () => {
    expect(shown(null, sharing([['AnonymousPull', 'true']]))).toEqual(['anonymous_pull available', 'push unknown'])
  })

  it('is what was tried out', () => {
    const refused: [string, string] = ['AnonymousPull', 'false']
    expect(shown('robot', sharing([refused, ['PullOnly', 'false']], 'shared')).slice(1)).toEqual([
      'anonymous_pull missing',
      'push available',
    ])
    expect(shown('robot', sharing([refused, ['PullOnly', 'true']], 'shared')).at(-1)).toBe('push missing')
  })

  it('does not take what another account may not do for what the stored one may not', () => {
    expect(shown('robot', sharing([['PullOnly', 'true']], 'supplied')).at(-1)).toBe('push unknown')
  })
})
