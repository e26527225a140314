import { describe, expect, it } from 'vitest'
import { auditFilter, fromLocalInput, isNarrowed, toLocalInput, validateAuditSearch } from './auditSearch'
import { parseSearch, stringifySearch } from './searchParams'

const NOW = Date.parse('2026-11-23T12:00:00Z')

describe('validateAuditSearch', () => {
  it('keeps what it understands', () => {
    const search = validateAuditSearch(
      parseSearch('?range=24h&actor=padmin&action=registry.edit&outcome=refused&q=5000&after=c1&after=c2&since=2026-11-22T12:00:00Z'),
    )
    expect(search).toEqual({
      range: '24h',
      actor: 'padmin',
      action: 'registry.edit',
      outcome: 'refused',
      q: '5000',
      after: ['c1', 'c2'],
      since: '2026-11-22T12:00:00.000Z',
    })
  })

  it('drops what it does not', () => {
    expect(
      validateAuditSearch(parseSearch('?range=2h&actor=%20&outcome=maybe&q=&from=yesterday&live=1&after=&page=3')),
    ).toEqual({})
  })

  it('ends alone make a custom range, and a preset has none', () => {
    expect(validateAuditSearch({ from: '2026-11-22T12:00:00Z' })).toEqual({
      range: 'custom',
      from: '2026-11-22T12:00:00.000Z',
    })
    expect(validateAuditSearch({ range: '7d', from: '2026-11-22T12:00:00Z' })).toEqual({ range: '7d' })
  })

  it('live shows the first page', () => {
    expect(validateAuditSearch({ live: 'true', after: ['c1'] })).toEqual({ live: true })
  })

  it('survives the way through the address bar', () => {
    const search = validateAuditSearch({ range: 'custom', to: '2026-11-22T12:00:00Z', actor: 'a&b=c', q: '日本', live: true })
    expect(validateAuditSearch(parseSearch(stringifySearch({ ...search })))).toEqual(search)
  })
})

describe('auditFilter', () => {
  it('counts a preset back from now', () => {
    expect(auditFilter({ range: '1h' }, NOW).from).toBe('2026-11-23T11:00:00.000Z')
    expect(auditFilter({ range: '30d' }, NOW).from).toBe('2026-10-24T12:00:00.000Z')
  })

  it('keeps the beginning of a preset while pages are walked', () => {
    const since = '2026-11-23T10:59:00.000Z'
    expect(auditFilter({ range: '1h', after: ['c1'], since }, NOW).from).toBe(since)
  })

  it('leaves the ends open that are not given', () => {
    expect(auditFilter({}, NOW)).toEqual({})
    expect(auditFilter({ range: 'custom', to: '2026-11-22T12:00:00.000Z' }, NOW)).toEqual({ to: '2026-11-22T12:00:00.000Z' })
  })
})

describe('isNarrowed', () => {
  it('page and live are no filter', () => {
    expect(isNarrowed({ after: ['c'], live: true })).toBe(false)
    expect(isNarrowed({ range: '1h' })).toBe(true)
    expect(isNarrowed({ outcome: 'done' })).toBe(true)
  })
})

describe('the date-and-time box', () => {
  it('gives back the minute that was put in', () => {
    expect(fromLocalInput(toLocalInput('2026-11-22T12:34:00.000Z'))).toBe('2026-11-22T12:34:00.000Z')
    expect(toLocalInput(undefined)).toBe('')
    expect(fromLocalInput('')).toBeUndefined()
    expect(fromLocalInput('2026-')).toBe(undefined)
  })
})
