import { allowance } from '../../api/session'
import type { AllowedAction, Permission } from '../../api/types'
import type { Texts } from '../../i18n/en'
import { errorText } from '../../i18n/problemText'

/** Why something in a workspace, or a workspace itself, cannot be changed; undefined when it can. */
export function disabledAction(
  texts: Texts,
  actions: readonly AllowedAction[],
  action: Permission,
  /** Whether a role in the workspace would be enough. */
  ofWorkspace = true,
): string | undefined {
  const { allowed, reason } = allowance(actions, action)
  if (allowed) return undefined
  if (ofWorkspace && (reason ?? 'permission.denied') === 'permission.denied') return texts.workspaces.onlyAdmins
  const { title, remedy } = errorText(texts, reason ?? 'permission.denied')
  return texts.problem.both(title, remedy)
}
