import type { PlatformRole } from '../../api/types'
import type { Texts } from '../../i18n/en'

/** A platform role in words. */
export function roleText(texts: Texts, role: PlatformRole | null | undefined): string {
  return role ? texts.people.roles[role] : texts.people.noRole
}
