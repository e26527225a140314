import { describe, expect, it } from 'vitest'
import { initialsOf, isName, isPasswordLength } from './names'

describe('isName', () => {
  it.each(['a', 'a1', 'harbor-osaka', 'a'.repeat(63)])('takes %s', (name) => expect(isName(name)).toBe(true))
  it.each(['', '-a', 'a-', 'A', 'a b', 'a_b', 'a'.repeat(64), 'é'])('refuses %j', (name) => expect(isName(name)).toBe(false))
})

describe('isPasswordLength', () => {
  it('counts characters, not code units', () => {
    expect(isPasswordLength('⚓'.repeat(12))).toBe(true)
    expect(isPasswordLength('😀'.repeat(11))).toBe(false)
    expect(isPasswordLength('x'.repeat(128))).toBe(true)
    expect(isPasswordLength('x'.repeat(129))).toBe(false)
  })
})

describe('initialsOf', () => {
  it.each([
    ['padmin', 'PA'],
    ['a-admin', 'AA'],
    ['x', 'X'],
  ])('of %s are %s', (name, initials) => expect(initialsOf(name)).toBe(initials))
})
