import { describe, expect, it } from 'vitest'
import { validateUserSearch } from './userSearch'

describe('validateUserSearch', () => {
  it('keeps what it understands and drops the rest', () => {
    expect(validateUserSearch({ q: 'ann', after: ['a', '', 'b'], create: 'true', role: 'admin' })).toEqual({
      q: 'ann',
      after: ['a', 'b'],
      create: true,
    })
  })

  it('an empty filter, one cursor and a refused switch', () => {
    expect(validateUserSearch({ q: '  ', after: 'a', create: 'yes' })).toEqual({ after: ['a'] })
  })
})
