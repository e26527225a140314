import { describe, expect, it } from 'vitest'
import { ApiError } from './problem'
import { testOfSaving } from './useRegistryTest'

const failure = (code: ApiError['code'], params: Record<string, string>) => new ApiError(code, 502, params, [], null, null)

describe('testOfSaving', () => {
  it('tells of the steps up to the one that failed, with its cause', () => {
    const state = testOfSaving(failure('upstream.unauthorized', { step: 'authenticate', detail: 'no' }))
    expect(state?.steps.map(({ step, status }) => [step, status])).toEqual([
      ['resolve', 'ok'],
      ['connect', 'ok'],
      ['detect', 'ok'],
      ['authenticate', 'failed'],
      ['rights', 'skipped'],
    ])
    expect(state?.steps[3]).toMatchObject({ code: 'upstream.unauthorized', params: { detail: 'no' } })
    expect(state?.result?.status).toBe('failed')
  })

  it('makes nothing up where no step is told', () => {
    expect(testOfSaving(failure('upstream.unauthorized', {}))).toBeNull()
    expect(testOfSaving(failure('upstream.unauthorized', { step: 'pray' }))).toBeNull()
    expect(testOfSaving(failure('request.stale', { step: 'authenticate' }))).toBeNull()
  })
})
