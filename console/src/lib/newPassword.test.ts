import { describe, expect, it } from 'vitest'
import { checkNewPassword } from './newPassword'

describe('a new password', () => {
  it.each(['', 'short', 'x'.repeat(11), 'x'.repeat(129)])('of a wrong length is refused: %s', (password) => {
    expect(checkNewPassword(password, password)).toEqual({ field: 'password', code: 'password.length' })
  })

  it.each(['x'.repeat(12), 'x'.repeat(128), '\u{1F600}'.repeat(12)])('of a right length is taken: %s', (password) => {
    expect(checkNewPassword(password, password)).toBeNull()
  })

  it('has to be repeated', () => {
    expect(checkNewPassword('a long enough one', 'a long enough 1')).toEqual({ field: 'repeat', code: 'differs' })
  })
})
