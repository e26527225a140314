import { describe, expect, it } from 'vitest'
import { auditDiff } from './auditDiff'

describe('auditDiff', () => {
  it('names what changed and leaves out what did not', () => {
    expect(auditDiff({ name: 'a', description: '' }, { name: 'a', description: 'words' })).toEqual([
      { path: 'description', before: '', after: 'words' },
    ])
  })

  it('shows everything of what was made and of what ended', () => {
    expect(auditDiff(null, { name: 'a', verified: true })).toEqual([
      { path: 'name', before: null, after: 'a' },
      { path: 'verified', before: null, after: 'true' },
    ])
    expect(auditDiff({ name: 'a' }, undefined)).toEqual([{ path: 'name', before: 'a', after: null }])
  })

  it('goes into objects and takes lists whole', () => {
    expect(
      auditDiff({ owner: { type: 'platform' }, list: [1], none: {} }, { owner: { type: 'workspace', id: 'x' }, list: [1, 2] }),
    ).toEqual([
      { path: 'owner.type', before: 'platform', after: 'workspace' },
      { path: 'list', before: '[1]', after: '[1,2]' },
      { path: 'none', before: '{}', after: null },
      { path: 'owner.id', before: null, after: 'x' },
    ])
  })

  it('tells null from a text and from absence', () => {
    expect(auditDiff({ username: null }, { username: 'null' })).toEqual([])
    expect(auditDiff({ username: null }, {})).toEqual([{ path: 'username', before: 'null', after: null }])
    expect(auditDiff({}, {})).toEqual([])
    expect(auditDiff(null, null)).toEqual([])
  })
})
