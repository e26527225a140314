import { describe, expect, it } from 'vitest'
import { ApiError, asApiError, fieldProblems, toApiError } from './problem'

const problem = {
  type: '/problems/registry.name_taken',
  title: 'taken',
  status: 409,
  detail: '',
  code: 'registry.name_taken',
  params: { name: 'lab' },
  errors: [],
  permission: null,
  request_id: 'r-1',
}

describe('toApiError', () => {
  it('keeps what the server said', () => {
    const error = toApiError(new Response(null, { status: 429, headers: { 'Retry-After': '30' } }), {
      ...problem,
      code: 'session.throttled',
    })
    expect(error).toMatchObject({ code: 'session.throttled', status: 429, requestId: 'r-1', retryAfterSeconds: 30 })
  })

  it('an answer that is no problem still names its status and request', () => {
    const response = new Response('<html>', { status: 502, headers: { 'X-Request-Id': 'p-9' } })
    expect(toApiError(response, '<html>')).toMatchObject({ code: 'store.unavailable', status: 502, requestId: 'p-9' })
  })

  it('tells a registry’s failure from our own', () => {
    expect(toApiError(new Response(null, { status: 502 }), { ...problem, code: 'upstream.timeout' }).isUpstream).toBe(true)
    expect(toApiError(new Response(null, { status: 409 }), problem).isUpstream).toBe(false)
  })
})

describe('fieldProblems', () => {
  it('takes the server’s pointers', () => {
    const errors = [{ pointer: '/tls/ca_pem', code: 'field.required' as const, params: {} }]
    expect(fieldProblems(new ApiError('request.invalid', 422, {}, errors, null, null))).toBe(errors)
  })

  it('finds the field of a code that names it', () => {
    expect(fieldProblems(toApiError(new Response(null, { status: 409 }), problem))).toEqual([
      { pointer: '/name', code: 'registry.name_taken', params: { name: 'lab' } },
    ])
  })

  it('a problem about nothing in the form has none', () => {
    expect(fieldProblems(asApiError(new TypeError('failed to fetch')))).toEqual([])
    expect(fieldProblems(new ApiError('internal.error', 500, {}, [], null, null))).toEqual([])
  })
})
