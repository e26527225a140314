import { isPasswordLength } from './names'

export type NewPasswordProblem = { field: 'password'; code: 'password.length' } | { field: 'repeat'; code: 'differs' }

/** What is wrong with a new password and its repetition, as far as it can be told before it is sent. */
export function checkNewPassword(password: string, repeat: string): NewPasswordProblem | null {
  if (!isPasswordLength(password)) return { field: 'password', code: 'password.length' }
  return repeat === password ? null : { field: 'repeat', code: 'differs' }
}
