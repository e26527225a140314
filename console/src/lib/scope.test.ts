import { beforeEach, describe, expect, it } from 'vitest'
import { isSameScope, PLATFORM, readLastScope, type Scope, scopeOfOwner, scopeOfPath, sectionOfPath, storeLastScope, switchPath } from './scope'

const alpha: Scope = { type: 'workspace', id: 'alpha' }

describe('scopeOfPath', () => {
  it.each([
    ['/registries', PLATFORM],
    ['/registries/0199', PLATFORM],
    ['/workspaces', PLATFORM],
    ['/users', PLATFORM],
    ['/audit', PLATFORM],
    ['/images', PLATFORM],
    ['/workspaces/alpha', alpha],
    ['/workspaces/alpha/', alpha],
    ['/workspaces/alpha/registries/0199', alpha],
    ['/profile', null],
    ['/', null],
    ['/registries-of-old', null],
  ])('%s', (path, scope) => {
    expect(scopeOfPath(path)).toEqual(scope)
  })
})

describe('sectionOfPath', () => {
  it.each([
    ['/workspaces/alpha', 'overview'],
    ['/workspaces/alpha/machine-accounts', 'machine-accounts'],
    ['/workspaces/alpha/registries/0199', 'registries'],
    ['/workspaces/alpha/users', null],
    ['/workspaces', 'workspaces'],
    ['/members', null],
    ['/profile', null],
  ])('%s is %s', (path, section) => {
    expect(sectionOfPath(path)).toBe(section)
  })
})

describe('switchPath', () => {
  it.each([
    ['/registries', alpha, '/workspaces/alpha/registries'],
    ['/audit', alpha, '/workspaces/alpha/audit'],
    ['/workspaces', alpha, '/workspaces/alpha/registries'],
    ['/profile', alpha, '/workspaces/alpha/registries'],
    ['/workspaces/beta', alpha, '/workspaces/alpha'],
    ['/workspaces/beta/members', alpha, '/workspaces/alpha/members'],
    ['/workspaces/beta/registries/0199', alpha, '/workspaces/alpha/registries'],
    ['/workspaces/beta/audit', PLATFORM, '/audit'],
    ['/workspaces/beta/images', PLATFORM, '/images'],
    ['/images', alpha, '/workspaces/alpha/images'],
    ['/workspaces/beta/members', PLATFORM, '/registries'],
    ['/workspaces/beta', PLATFORM, '/registries'],
  ])('from %s to %o leads to %s', (path, to, target) => {
    expect(switchPath(path, to)).toBe(target)
  })
})

describe('scopeOfOwner', () => {
  it('is the workspace a registry belongs to, and for the platform’s where the person is', () => {
    const beta: Scope = { type: 'workspace', id: 'beta' }
    expect(scopeOfOwner(beta, PLATFORM)).toEqual(beta)
    expect(scopeOfOwner(beta, alpha)).toEqual(beta)
    expect(scopeOfOwner(PLATFORM, alpha)).toEqual(alpha)
    expect(scopeOfOwner(PLATFORM, PLATFORM)).toEqual(PLATFORM)
  })
})

describe('isSameScope', () => {
  it('compares workspaces by their id', () => {
    expect(isSameScope(alpha, { type: 'workspace', id: 'alpha' })).toBe(true)
    expect(isSameScope(alpha, { type: 'workspace', id: 'beta' })).toBe(false)
    expect(isSameScope(alpha, PLATFORM)).toBe(false)
    expect(isSameScope(PLATFORM, { type: 'platform' })).toBe(true)
    expect(isSameScope(null, PLATFORM)).toBe(false)
    expect(isSameScope(null, null)).toBe(true)
  })
})

describe('the last scope', () => {
  beforeEach(() => localStorage.clear())

  it('is remembered for each person', () => {
    storeLastScope('ada', alpha)
    storeLastScope('bob', PLATFORM)
    expect(readLastScope('ada')).toEqual(alpha)
    expect(readLastScope('bob')).toEqual(PLATFORM)
    expect(readLastScope('eve')).toBeNull()
  })
})
