import { describe, expect, it } from 'vitest'
import { isFiltered, validateRegistrySearch } from './registrySearch'
import { parseSearch, stringifySearch } from './searchParams'

describe('validateRegistrySearch', () => {
  it('keeps what it understands', () => {
    expect(
      validateRegistrySearch(parseSearch('?q=prod&kind=docker&health=unhealthy&sort=-name&after=c1&after=c2&integrate=true')),
    ).toEqual({ q: 'prod', kind: 'docker', health: 'unhealthy', sort: '-name', after: ['c1', 'c2'], integrate: true })
  })

  it('drops what it does not', () => {
    expect(
      validateRegistrySearch(parseSearch('?q=%20&kind=quay&health=ill&sort=size&after=&integrate=maybe&page=3')),
    ).toEqual({})
  })

  it('leaves the usual order out of the address', () => {
    expect(validateRegistrySearch({ sort: 'attention' })).toEqual({})
  })

  it('a search for a number stays a text', () => {
    expect(validateRegistrySearch(parseSearch('?q=5000'))).toEqual({ q: '5000' })
  })

  it('survives the way through the address bar', () => {
    const search = validateRegistrySearch({ q: 'a&b=c#d 日本', after: ['x/+=', 'y'], integrate: true })
    expect(validateRegistrySearch(parseSearch(stringifySearch({ ...search })))).toEqual(search)
  })
})

describe('isFiltered', () => {
  it('order, page and drawer are no filter', () => {
    expect(isFiltered({ sort: 'name', after: ['c'], integrate: true })).toBe(false)
    expect(isFiltered({ health: 'unknown' })).toBe(true)
  })
})
