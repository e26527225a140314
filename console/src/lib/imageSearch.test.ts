import { describe, expect, it } from 'vitest'
import { isNarrowed, validateImageSearch } from './imageSearch'

describe('the state of the list of images', () => {
  it('is read from the URL', () => {
    const search = { q: 'api', names: 'true', registry: '0199', kind: 'helm', visibility: 'private', own: 'true' }
    expect(validateImageSearch({ ...search, sort: '-size', after: 'c1' })).toEqual({
      q: 'api',
      names: true,
      registry: '0199',
      kind: 'helm',
      visibility: 'private',
      own: true,
      sort: '-size',
      after: ['c1'],
    })
  })

  it('drops what it does not understand, and what goes without saying', () => {
    expect(validateImageSearch({ kind: 'zip', visibility: 'secret', own: 'no', sort: 'name', registry: ' ' })).toEqual({})
    expect(validateImageSearch({ names: 'true' })).toEqual({})
  })

  it('is narrowed by a filter, and neither by its text nor by its order', () => {
    expect(isNarrowed({ q: 'api', names: true, sort: '-size', after: ['c1'] })).toBe(false)
    expect(isNarrowed({ own: true })).toBe(true)
    expect(isNarrowed({ kind: 'image' })).toBe(true)
  })
})
