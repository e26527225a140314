import type { ReactNode } from 'react'
import type { ApiError } from '../api/problem'
import { useTexts } from '../i18n/context'
import { errorText, fieldText } from '../i18n/problemText'
import { Button } from './Button'
import { Copy } from './Copy'
import { Notice } from './Notice'

interface ProblemNoticeProps {
  error: ApiError
  /** What failed, when the place alone does not say it. */
  title?: string
  onRetry?: () => void
  /** Left out where the cause lies with the person, and a log would tell nothing more. */
  withRequestId?: boolean
  actions?: ReactNode
}

/** What went wrong, what to do about it, and the request id by which the server's log tells more. */
export function ProblemNotice({ error, title, onRetry, withRequestId = true, actions }: ProblemNoticeProps) {
  const texts = useTexts()
  const text = errorText(texts, error.code)
  return (
    <Notice
      tone="bad"
      urgent
      title={title ?? text.title}
      actions={
        (onRetry || actions) && (
          <>
            {onRetry && (
              <Button size="xs" onClick={onRetry}>
                {texts.action.retry}
              </Button>
            )}
            {actions}
          </>
        )
      }
    >
      {error.errors.length > 0 ? (
        error.errors.map((problem) => <p key={problem.pointer}>{fieldText(texts, problem)}</p>)
      ) : (
        <p>{title ? texts.problem.both(text.title, text.remedy) : text.remedy}</p>
      )}
      {error.retryAfterSeconds !== null && <p>{texts.problem.retryAfter(String(error.retryAfterSeconds))}</p>}
      {withRequestId && error.requestId && (
        <p className="fine request-id">
          {texts.problem.requestId} <code className="mono">{error.requestId}</code>
          <Copy value={error.requestId} what={texts.problem.requestIdName} />
        </p>
      )}
    </Notice>
  )
}
