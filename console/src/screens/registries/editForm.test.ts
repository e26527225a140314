import { describe, expect, it } from 'vitest'
import type { Registry } from '../../api/types'
import { changedParts, checkEdit, type EditValues, isChanged, needsPassword, rebased, toEdit, valuesOf, withChange } from './editForm'

const PEM = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n'

const registry = (part: Partial<Registry> = {}): Registry =>
  ({
    id: '0199aaaa-0000-7000-8000-000000000001',
    name: 'dock',
    kind: 'docker',
    owner: { type: 'platform' },
    address: 'https://r.example:5000',
    username: 'robot',
    tls: { mode: 'verify' },
    description: 'Of the platform team.',
    generation: 1,
    ...part,
  }) as Registry

const stored = registry()
const typed = (part: Partial<EditValues>, base = stored): EditValues => withChange(base, valuesOf(base), part)
const sent = (part: Partial<EditValues>, base = stored) => toEdit(base, typed(part, base), false)
const codes = (values: EditValues, base = stored) =>
  Object.fromEntries(Object.entries(checkEdit(base, values)).map(([field, problem]) => [field, problem.code]))

describe('toEdit', () => {
  it('sends nothing of a form that was only opened', () => {
    for (const base of [
      stored,
      registry({ username: null }),
      registry({ tls: { mode: 'ca', ca_pem: PEM } }),
      registry({ address: 'http://r.example', tls: { mode: 'ca', ca_pem: PEM } }),
    ]) {
      expect(toEdit(base, valuesOf(base), false)).toEqual({})
      expect(isChanged(base, valuesOf(base))).toBe(false)
      expect(checkEdit(base, valuesOf(base))).toEqual({})
    }
  })

  it('sends what differs and nothing else', () => {
    expect(sent({ description: ' New words. ' })).toEqual({ description: 'New words.' })
    expect(sent({ description: '' })).toEqual({ description: '' })
    expect(sent({ password: 'fresh' })).toEqual({ password: 'fresh' })
    expect(sent({ address: 'other.example', password: 'p' })).toEqual({ address: 'https://other.example', password: 'p' })
    expect(sent({ username: 'admin', password: 'p' })).toEqual({ username: 'admin', password: 'p' })
    expect(sent({ tlsMode: 'ca', caPem: PEM, password: 'p' })).toEqual({ tls: { mode: 'ca', ca_pem: PEM }, password: 'p' })
  })

  it('compares addresses as the server does', () => {
    for (const same of ['https://R.example:5000', 'https://r.example:5000/', ' r.example:5000 ']) {
      expect(sent({ address: same })).toEqual({})
    }
    expect(sent({ address: 'https://r.example' }, registry({ address: 'https://r.example:443' }))).toEqual({})
    expect(Object.keys(sent({ address: 'https://r.example:5000/team' }))).toEqual(['address'])
    expect(Object.keys(sent({ address: 'http://r.example:5000' }))).toEqual(['address', 'plain_http_consent'])
  })

  it('takes the account away by null, and then has no password to send', () => {
    expect(sent({ removeAccount: true, password: 'typed before' })).toEqual({ username: null })
    expect(sent({ removeAccount: true, address: 'https://other.example' })).toEqual({
      address: 'https://other.example',
      username: null,
    })
  })

  it('leaves the certificate check of an unencrypted connection alone', () => {
    const plain = registry({ address: 'http://r.example', tls: { mode: 'ca', ca_pem: PEM } })
    expect(sent({ tlsMode: 'skip' }, plain)).toEqual({})
  })

  it('says that it is to be saved untested only when asked to', () => {
    expect(toEdit(stored, typed({ password: 'p' }), true)).toEqual({ password: 'p', save_anyway: true })
  })
})

describe('needsPassword', () => {
  it('is so as soon as address, account or certificate check differ', () => {
    for (const part of [
      { address: 'https://other.example' },
      { address: 'https://r.example:5001' },
      { address: 'http://r.example:5000' },
      { username: 'admin' },
      { tlsMode: 'skip' as const },
      { tlsMode: 'ca' as const, caPem: PEM },
    ]) {
      expect(needsPassword(stored, typed(part)), JSON.stringify(part)).toBe(true)
      expect(codes(typed({ plainHttpConsent: true, ...part }))).toMatchObject({ password: 'credential.binding_changed' })
      expect(codes(typed({ ...part, password: 'p' }))).not.toHaveProperty('password')
    }
  })

  it('is not so for the description, nor once all is as before', () => {
    expect(needsPassword(stored, typed({ description: 'x' }))).toBe(false)
    expect(needsPassword(stored, typed({ address: 'https://r.example:5000/' }))).toBe(false)
    expect(needsPassword(stored, typed({ password: 'new' }))).toBe(false)
  })

  it('is not so without an account', () => {
    const open = registry({ username: null })
    expect(needsPassword(open, typed({ address: 'https://other.example' }, open))).toBe(false)
    expect(needsPassword(stored, typed({ address: 'https://other.example', removeAccount: true }))).toBe(false)
    expect(codes(typed({ username: 'robot' }, open), open)).toEqual({ password: 'registry.password_missing' })
  })
})

describe('checkEdit', () => {
  it('takes an emptied username for a slip, not for the wish to have no account', () => {
    expect(codes(typed({ username: '' }))).toEqual({ username: 'field.required' })
    expect(codes(typed({ username: '', removeAccount: true }))).toEqual({})
    const open = registry({ username: null })
    expect(codes(typed({ password: 'p' }, open), open)).toEqual({ username: 'field.required' })
  })
})

describe('consent to an unencrypted connection', () => {
  const plain = registry({ address: 'http://r.example' })

  it('is not asked for the stored address and asked anew for another one', () => {
    expect(codes(typed({ description: 'x' }, plain), plain)).toEqual({})
    const moved = typed({ address: 'http://other.example', plainHttpConsent: true, password: 'p' }, plain)
    expect(codes(moved, plain)).toEqual({ plainHttpConsent: 'registry.plain_http_consent' })
    const agreed = withChange(plain, moved, { plainHttpConsent: true })
    expect(toEdit(plain, agreed, false)).toEqual({ address: 'http://other.example', plain_http_consent: true, password: 'p' })
  })

  it('stays while the new address is typed on, and is there again at the stored one', () => {
    const agreed = withChange(plain, typed({ address: 'http://other' }, plain), { plainHttpConsent: true })
    expect(withChange(plain, agreed, { address: 'http://other.example', plainHttpConsent: true }).plainHttpConsent).toBe(true)
    expect(withChange(plain, typed({ address: 'https://x' }, plain), { address: 'http://r.example' }).plainHttpConsent).toBe(true)
  })
})

describe('rebased', () => {
  it('keeps what was typed and takes what was not', () => {
    const theirs = registry({ description: 'Theirs.', generation: 2 })
    const mine = typed({ username: 'admin', password: 'p' })
    const values = rebased(stored, theirs, mine)
    expect(values).toMatchObject({ username: 'admin', password: 'p', description: 'Theirs.' })
    expect(toEdit(theirs, values, false)).toEqual({ username: 'admin', password: 'p' })
  })

  it('drops a password that was typed for another connection', () => {
    const theirs = registry({ address: 'https://moved.example', generation: 2 })
    const values = rebased(stored, theirs, typed({ username: 'admin', password: 'p' }))
    expect(values).toMatchObject({ address: 'https://moved.example', username: 'admin', password: '' })
    expect(codes(values, theirs)).toEqual({ password: 'credential.binding_changed' })
  })

  it('asks for consent anew when theirs is the first address without encryption', () => {
    const theirs = registry({ address: 'http://r.example', generation: 2 })
    const values = rebased(stored, theirs, typed({ address: 'http://mine.example', plainHttpConsent: false }))
    expect(values).toMatchObject({ address: 'http://mine.example', plainHttpConsent: false })
    expect(rebased(stored, theirs, typed({ description: 'x' }))).toMatchObject({ plainHttpConsent: true })
  })

  it('has no account to remove when they removed it', () => {
    const theirs = registry({ username: null, generation: 2 })
    expect(rebased(stored, theirs, typed({ removeAccount: true })).removeAccount).toBe(false)
  })
})

describe('changedParts', () => {
  it('names what can be seen, or else the password', () => {
    expect(changedParts(stored, registry({ address: 'https://x', username: null }))).toEqual(['address', 'username'])
    expect(changedParts(stored, registry({ tls: { mode: 'skip' }, description: '' }))).toEqual(['tls', 'description'])
    expect(changedParts(stored, registry({ generation: 2 }))).toEqual(['password'])
  })
})
