import { allowance } from '../../api/session'
import type { AllowedAction, Permission, PlatformRole } from '../../api/types'
import type { Texts } from '../../i18n/en'
import { errorText } from '../../i18n/problemText'

/** A platform role in words. */
export function roleText(texts: Texts, role: PlatformRole | null | undefined): string {
  return role ? texts.people.roles[role] : texts.people.noRole
}

/** Why an action cannot be used, or undefined when it can. */
export function blockedReason(texts: Texts, actions: readonly AllowedAction[], action: Permission): string | undefined {
  const { allowed, reason } = allowance(actions, action)
  if (allowed) return undefined
  const { title, remedy } = errorText(texts, reason ?? 'permission.denied')
  return texts.problem.both(title, remedy)
}
