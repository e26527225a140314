import { type ApiError, fieldProblems } from '../../api/problem'
import { useTexts } from '../../i18n/context'
import { Notice } from '../../ui/Notice'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { useInSight } from './useInSight'

interface FormSummaryProps {
  /** That nothing was saved yet. */
  title: string
  error: ApiError | null
  hasFieldErrors: boolean
}

/** Above the form: that nothing was saved yet, and why if no single field is to blame. */
export function FormSummary({ title, error, hasFieldErrors }: FormSummaryProps) {
  const texts = useTexts()
  // Of field errors the first field takes the focus, and comes into sight by it.
  const place = useInSight(hasFieldErrors ? null : error)
  if (hasFieldErrors) {
    return (
      <Notice tone="bad" urgent title={title}>
        <p>{texts.integrate.summaryFields}</p>
      </Notice>
    )
  }
  // A registry that cannot be reached is told at the connection test.
  if (error && !error.isUpstream && fieldProblems(error).length === 0) {
    return (
      <div ref={place}>
        <ProblemNotice error={error} title={title} />
      </div>
    )
  }
  return null
}
