import { describe, expect, it } from 'vitest'
import { validateListSearch } from './listSearch'

describe('validateListSearch', () => {
  it('keeps what it knows and drops the rest', () => {
    expect(validateListSearch({ q: 'pay', after: 'c1', create: 'true', sort: 'name', limit: '5' })).toEqual({
      q: 'pay',
      after: ['c1'],
      create: true,
    })
    expect(validateListSearch({ q: ' ', after: ['', 'c1', 'c2'], create: 'no' })).toEqual({ after: ['c1', 'c2'] })
    expect(validateListSearch({})).toEqual({})
  })
})
