import { describe, expect, it } from 'vitest'
import openapi from '../../../openapi.json'
import type { AllowedAction, Permission } from '../api/types'
import { en } from '../i18n/en'
import { isReading, scopeGroups, scopeGroupsIn, scopeGroupsOf, TOKEN_SCOPE } from './tokenScope'

const offered = Object.values(TOKEN_SCOPE).flat() as Permission[]
const answer = (action: Permission, allowed: boolean): AllowedAction => ({ action, allowed, reason: null })
const namesOf = (answers: AllowedAction[]) => scopeGroups(answers).flatMap((group) => group.permissions)

describe('the scope of a token', () => {
  it('has a place for every permission that is not about the own account', () => {
    const own = /^(service|setup|session|password|token|audit)\.|^profile\.edit$/
    const wanted = openapi.components.schemas.Permission.enum.filter((name) => !own.test(name))
    expect([...offered].sort()).toEqual([...wanted].sort())
  })

  it('has a name for every group', () => {
    for (const noun of Object.keys(TOKEN_SCOPE)) expect(en.tokens.nouns[noun], noun).toBeTruthy()
  })

  it('leaves out what the person may do nowhere', () => {
    const names = namesOf([answer('user.read', false), answer('user.create', false)])
    expect(names).not.toContain('user.read')
    expect(names).not.toContain('user.create')
    expect(names).toContain('profile.read')
  })

  it('offers what is allowed in one place although not in another', () => {
    expect(namesOf([answer('member.set', false), answer('member.set', true)])).toContain('member.set')
    expect(namesOf([answer('member.set', true), answer('member.set', false)])).toContain('member.set')
  })

  it('decides what is not mentioned with what is given to the same people', () => {
    expect(namesOf([answer('registry.integrate', false)])).not.toContain('registry.disconnect')
    expect(namesOf([answer('registry.integrate', true)])).toContain('registry.disconnect')
  })

  it('drops a group that has nothing left', () => {
    const everyUser = TOKEN_SCOPE.user.map((name) => answer(name, false))
    expect(scopeGroups(everyUser).map((group) => group.noun)).not.toContain('user')
  })

  it('leaves out what is decided over the installation where the token reaches one workspace', () => {
    const groups = scopeGroupsIn([answer('workspace.edit', true), answer('workspace.delete', false)])
    expect(groups.map((group) => group.noun)).not.toContain('user')
    expect(groups.find((group) => group.noun === 'workspace')?.permissions).toEqual([
      'workspace.read',
      'workspace.edit',
    ])
  })

  it('groups what a machine account may be given, and nothing else', () => {
    expect(scopeGroupsOf(['change.follow', 'registry.test', 'registry.read'])).toEqual([
      { noun: 'registry', permissions: ['registry.read', 'registry.test'] },
      { noun: 'change', permissions: ['change.follow'] },
    ])
  })

  it('knows what only reads', () => {
    expect(offered.filter(isReading).sort()).toEqual([
      'change.follow',
      'cleanup.read',
      'machine_account.read',
      'member.read',
      'profile.read',
      'registry.read',
      'user.read',
      'workspace.read',
    ])
  })
})
