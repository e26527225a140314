import { describe, expect, it } from 'vitest'
import { tagSearch, validateRepositorySearch, validateTagSearch } from './inventorySearch'

describe('the state of a list of repositories', () => {
  it('is read from the URL', () => {
    expect(validateRepositorySearch({ q: 'api', sort: '-size', after: ['c1', 'c2'], space: '0199', state: 'broken' })).toEqual({
      q: 'api',
      sort: '-size',
      after: ['c1', 'c2'],
      space: '0199',
      state: 'broken',
    })
  })

  it('drops what it does not understand, and what goes without saying', () => {
    expect(validateRepositorySearch({ q: ' ', sort: 'name', after: '', page: '3', state: 'listed' })).toEqual({})
    expect(validateRepositorySearch({ sort: 'newest' })).toEqual({})
  })

  it('asks for no more letters than the server takes', () => {
    expect(validateRepositorySearch({ q: 'a'.repeat(255) }).q).toHaveLength(200)
  })
})

describe('the list that shows a tag', () => {
  it('has those named after a digest only for such a tag', () => {
    expect(tagSearch('v1')).toEqual({ q: 'v1' })
    expect(tagSearch('sha256-0123.sig')).toEqual({ q: 'sha256-0123.sig', attached: true })
  })
})

describe('the state of a list of tags', () => {
  it('knows its own orders and no other', () => {
    expect(validateTagSearch({ sort: '-name', after: 'c1' })).toEqual({ sort: '-name', after: ['c1'] })
    expect(validateTagSearch({ sort: '-version' })).toEqual({ sort: '-version' })
    expect(validateTagSearch({ sort: 'version' })).toEqual({ sort: 'version' })
    expect(validateTagSearch({ sort: 'newest', space: '0199' })).toEqual({})
    expect(validateTagSearch({ sort: '-size' })).toEqual({})
    expect(validateTagSearch({ attached: 'true' })).toEqual({ attached: true })
    expect(validateTagSearch({ attached: 'yes' })).toEqual({})
  })
})
