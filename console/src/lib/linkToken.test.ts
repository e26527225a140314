import { beforeEach, describe, expect, it } from 'vitest'
import { type LinkPage, takeLinkToken } from './linkToken'

describe('takeLinkToken', () => {
  beforeEach(() => history.replaceState(null, '', '/'))

  it.each<LinkPage>(['/setup', '/password'])('reads the token of %s and clears it from the address', (page) => {
    history.replaceState(null, '', `${page}#token=abc-123`)
    expect(takeLinkToken(page, location, history)).toBe('abc-123')
    expect(location.hash).toBe('')
    expect(location.pathname).toBe(page)
  })

  it('leaves the fragment of other pages alone', () => {
    history.replaceState(null, '', '/registries#token=abc')
    expect(takeLinkToken('/setup', location, history)).toBeNull()
    expect(takeLinkToken('/password', location, history)).toBeNull()
    expect(location.hash).toBe('#token=abc')
  })

  it('a link of one page is no link of the other', () => {
    history.replaceState(null, '', '/password#token=abc')
    expect(takeLinkToken('/setup', location, history)).toBeNull()
    expect(location.hash).toBe('#token=abc')
  })

  it('a fragment without a token yields none', () => {
    history.replaceState(null, '', '/setup#token=')
    expect(takeLinkToken('/setup', location, history)).toBeNull()
  })
})
