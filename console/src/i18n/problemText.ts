import type { ApiError } from '../api/problem'
import type { FieldProblem } from '../api/types'
import type { Texts } from './en'
import type { ErrorText, ReasonText } from './texts'

/** What to say about an error. A code newer than this console falls back to the general server error. */
export function errorText(texts: Texts, code: ApiError['code']): ErrorText {
  if (code === 'network') return texts.problem.network
  return texts.errors[code] ?? texts.errors['internal.error']
}

/** What to say under a field. */
export function fieldText(texts: Texts, problem: FieldProblem): string {
  const { title, remedy } = errorText(texts, problem.code)
  const text = problem.code === 'field.required' ? title : texts.problem.both(title, remedy)
  // Of many lines the one that is meant.
  return problem.code === 'repository.name_malformed' ? texts.listed.line(problem.params.name ?? '', text) : text
}

/** Why something is missing or not known; a reason newer than this console is shown as the server wrote it. */
export function capabilityReason(texts: Texts, reason: string): string {
  const known = (texts.capabilities.reason as Record<string, string | undefined>)[reason]
  return known ?? reason.replace(/([a-z])([A-Z])/g, '$1 $2')
}

/** What to say about a health or condition reason; one newer than this console is shown as the server wrote it. */
export function reasonText(texts: Texts, reason: string): ReasonText {
  const known = (texts.reasons as Record<string, ReasonText | undefined>)[reason]
  if (known) return known
  const words = reason.replace(/([a-z])([A-Z])/g, '$1 $2')
  return { short: words, sentence: words }
}
