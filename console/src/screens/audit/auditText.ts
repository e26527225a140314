import type { AuditEntry } from '../../api/types'
import type { Texts } from '../../i18n/en'
import { errorText } from '../../i18n/problemText'

/** What was done or tried; an action newer than this console is shown as the server wrote it. */
export function actionText(texts: Texts, action: string): string {
  return (texts.audit.actions as Record<string, string | undefined>)[action] ?? action
}

export function actorText(texts: Texts, actor: AuditEntry['actor']): string {
  if (actor.type === 'user') return actor.name
  return actor.type === 'roadstead' ? texts.audit.roadstead : texts.audit.anonymous
}

export function kindText(texts: Texts, kind: string): string {
  return texts.audit.kinds[kind] ?? kind
}

/** Why it was refused. */
export function refusalText(texts: Texts, entry: AuditEntry): string | null {
  return entry.code ? errorText(texts, entry.code).title : null
}
