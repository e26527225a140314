import { describe, expect, it } from 'vitest'
import {
  checkValues,
  EMPTY_VALUES,
  errorsByField,
  isTestable,
  listedOf,
  listedText,
  toRegistryInput,
  toTestInput,
} from './integrateForm'

const filled = { ...EMPTY_VALUES, name: 'lab', address: 'r.example:5000', username: 'robot', password: 'secret' }

describe('toTestInput', () => {
  it('keeps the account back unless it is asked for', () => {
    expect(toTestInput(filled, false)).toEqual({
      kind: 'docker',
      address: 'https://r.example:5000',
      tls: { mode: 'verify' },
    })
    expect(toTestInput(filled, true)).toMatchObject({ username: 'robot', password: 'secret' })
  })

  it('sends the own CA only where TLS is used', () => {
    const ca = { ...filled, tlsMode: 'ca' as const, caPem: 'PEM' }
    expect(toTestInput(ca, false).tls).toEqual({ mode: 'ca', ca_pem: 'PEM' })
    expect(toTestInput({ ...ca, address: 'http://r', plainHttpConsent: true }, false)).toEqual({
      kind: 'docker',
      address: 'http://r',
      tls: { mode: 'verify' },
      plain_http_consent: true,
    })
  })
})

describe('toRegistryInput', () => {
  it('leaves out what was not filled in', () => {
    expect(toRegistryInput({ ...filled, username: ' ', password: '' }, false)).toEqual({
      kind: 'docker',
      name: 'lab',
      address: 'https://r.example:5000',
      tls: { mode: 'verify' },
    })
  })

  it('says when it is to be saved untested', () => {
    expect(toRegistryInput(filled, true).save_anyway).toBe(true)
  })
})

describe('isTestable', () => {
  it('waits for consent to an unencrypted connection', () => {
    const plain = { ...filled, address: 'http://r' }
    expect(isTestable(plain)).toBe(false)
    expect(isTestable({ ...plain, plainHttpConsent: true })).toBe(true)
  })

  it('waits for the own CA', () => {
    expect(isTestable({ ...filled, tlsMode: 'ca' })).toBe(false)
    expect(isTestable({ ...filled, tlsMode: 'ca', caPem: 'PEM' })).toBe(true)
  })
})

describe('the owner', () => {
  it('is named for a workspace and left to the server’s default for the platform', () => {
    const owner = { type: 'workspace', id: 'alpha' } as const
    expect(toRegistryInput(filled, false, owner).owner).toEqual(owner)
    expect(toTestInput(filled, false, owner).owner).toEqual(owner)
    expect(toRegistryInput(filled, false)).not.toHaveProperty('owner')
  })
})

describe('listed', () => {
  it('tells prefixes from repositories and leaves empty lines out', () => {
    expect(listedOf(' team/app \n\nteam/*\nother/\r\n')).toEqual({
      repositories: ['team/app'],
      prefixes: ['team/*', 'other/'],
    })
  })

  it('is shown as it can be typed', () => {
    expect(listedText({ repositories: ['a'], prefixes: ['team'] })).toBe('a\nteam/*')
    expect(listedText({})).toBe('')
  })

  it('is sent only when something is listed', () => {
    expect(toRegistryInput({ ...filled, listed: 'a\nteam/*' }, false).listed).toEqual({
      repositories: ['a'],
      prefixes: ['team/*'],
    })
    expect(toRegistryInput({ ...filled, listed: ' \n' }, false)).not.toHaveProperty('listed')
  })

  it('takes the problem of each line to its field', () => {
    const problem = { pointer: '/listed/repositories/3', code: 'repository.name_malformed' as const, params: {} }
    expect(errorsByField([problem])).toEqual({ listed: problem })
  })
})

describe('checkValues', () => {
  it('finds nothing in a filled form', () => {
    expect(checkValues(filled)).toEqual({})
  })

  it('names every field that is wrong', () => {
    const errors = checkValues({ ...EMPTY_VALUES, name: 'Lab', address: 'http://r', password: 'x' })
    expect(Object.fromEntries(Object.entries(errors).map(([field, problem]) => [field, problem.code]))).toEqual({
      name: 'name.malformed',
      plainHttpConsent: 'registry.plain_http_consent',
      username: 'registry.username_missing',
    })
  })
})

describe('errorsByField', () => {
  it('knows the server’s pointers and keeps the first problem of a field', () => {
    const errors = errorsByField([
      { pointer: '/tls/ca_pem', code: 'field.required', params: {} },
      { pointer: '/name', code: 'registry.name_taken', params: {} },
      { pointer: '/name', code: 'name.malformed', params: {} },
      { pointer: '/elsewhere', code: 'request.invalid', params: {} },
    ])
    expect(Object.keys(errors)).toEqual(['caPem', 'name'])
    expect(errors.name?.code).toBe('registry.name_taken')
  })
})
