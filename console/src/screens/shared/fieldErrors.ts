import { type ApiError, fieldProblems } from '../../api/problem'
import type { ErrorCode } from '../../api/types'
import type { Texts } from '../../i18n/en'
import { fieldText } from '../../i18n/problemText'

/** What stands under the fields of a form, by their pointers, and what belongs to none of them. */
export interface FormErrors {
  at: (pointer: string) => string | undefined
  /** The error, when some of it has no field to stand under. */
  rest: ApiError | null
}

/** Sorts an error to the fields of a form. A code known before asking is given as `own`. */
export function formErrors(
  texts: Texts,
  error: ApiError | null,
  pointers: readonly string[],
  own: Record<string, ErrorCode | undefined> = {},
): FormErrors {
  const problems = error ? fieldProblems(error) : []
  const placed = problems.filter((problem) => pointers.includes(problem.pointer))
  return {
    at: (pointer) => {
      const code = own[pointer]
      const problem = code ? { pointer, code, params: {} } : placed.find((each) => each.pointer === pointer)
      return problem && fieldText(texts, problem)
    },
    rest: error && (problems.length === 0 || placed.length < problems.length) ? error : null,
  }
}
