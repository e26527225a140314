import { describe, expect, it } from 'vitest'
import type { Capability, CapabilityReason, ImageDeletion } from '../api/types'
import { isChange, missingDeletion, tagsGoing } from './deletion'

const found = (name: Capability['name'], reason?: CapabilityReason): Capability => ({
  name,
  status: reason === undefined ? 'available' : 'missing',
  reason: reason ?? null,
})

describe('missingDeletion', () => {
  it('lets be tried what nobody has seen missing', () => {
    expect(missingDeletion([], 'tag')).toBeUndefined()
    expect(missingDeletion([{ name: 'deletion', status: 'unknown', reason: 'NoAccount' }], 'artifact')).toBeUndefined()
    expect(missingDeletion([found('deletion'), found('tag_deletion')], 'tag')).toBeUndefined()
  })

  it('deletes a tag with its artifact where it cannot go alone', () => {
    expect(missingDeletion([found('deletion'), found('tag_deletion', 'NotOffered')], 'tag')).toBeUndefined()
    expect(missingDeletion([found('deletion', 'NotOffered'), found('tag_deletion', 'NotOffered')], 'tag')).toBe('NotOffered')
    expect(missingDeletion([found('deletion', 'NotOffered'), found('tag_deletion')], 'tag')).toBeUndefined()
  })

  it('is off for tags, too, where it is switched off', () => {
    expect(missingDeletion([found('deletion', 'SwitchedOff'), found('tag_deletion')], 'tag')).toBe('SwitchedOff')
    expect(missingDeletion([found('deletion', 'SwitchedOff')], 'artifact')).toBe('SwitchedOff')
  })

  it('asks anew where the account was refused: another repository may allow it', () => {
    expect(missingDeletion([found('deletion', 'NotAllowed')], 'artifact')).toBeUndefined()
  })
})

describe('tagsGoing', () => {
  const plan = (tag: string | null, takes: boolean, total: number) =>
    tagsGoing({ tag, takes_artifact: takes, tags: { items: [], total } } as unknown as ImageDeletion)

  it('counts the tag asked for, and all of an artifact', () => {
    expect(plan('1.0', false, 3)).toBe(1)
    expect(plan('1.0', true, 0)).toBe(1)
    expect(plan('1.0', true, 1)).toBe(1)
    expect(plan(null, true, 3)).toBe(3)
    expect(plan(null, true, 0)).toBe(0)
  })
})

describe('isChange', () => {
  it('tells a changed registry from trouble', () => {
    expect(isChange('tag.moved')).toBe(true)
    expect(isChange('upstream.timeout')).toBe(false)
  })
})
