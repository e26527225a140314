const NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/

export const PASSWORD_MIN = 12
export const PASSWORD_MAX = 128

/** Whether `name` is one the server takes for people and registries. */
export function isName(name: string): boolean {
  return NAME.test(name)
}

/** Whether a new password has an allowed length, counted in characters as people see them. */
export function isPasswordLength(password: string): boolean {
  const length = [...password].length
  return length >= PASSWORD_MIN && length <= PASSWORD_MAX
}

/** The two letters that stand for a person where a picture would. */
export function initialsOf(name: string): string {
  return name.replaceAll('-', '').slice(0, 2).toUpperCase()
}
