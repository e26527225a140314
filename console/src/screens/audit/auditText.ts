import type { AuditEntry } from '../../api/types'
import type { AuditTexts } from '../../i18n/books/audit'
import type { Texts } from '../../i18n/en'
import { errorText } from '../../i18n/problemText'

/** What was done or tried; an action newer than this console is shown as the server wrote it. */
export function actionText(audit: AuditTexts, action: string): string {
  return (audit.actions as Record<string, string | undefined>)[action] ?? action
}

export function actorText(audit: AuditTexts, actor: AuditEntry['actor']): string {
  if (actor.type === 'user') return actor.name
  return actor.type === 'roadstead' ? audit.roadstead : audit.anonymous
}

export function kindText(audit: AuditTexts, kind: string): string {
  return audit.kinds[kind] ?? kind
}

/** Why it was refused. */
export function refusalText(texts: Texts, entry: AuditEntry): string | null {
  return entry.code ? errorText(texts, entry.code).title : null
}
