import { useTexts } from '../i18n/context'
import { Button } from './Button'
import { Notice } from './Notice'

interface StaleNoticeProps {
  text: string
  onRetry: () => void
}

/** Says that what stands below is older than it should be, and keeps it there. */
export function StaleNotice({ text, onRetry }: StaleNoticeProps) {
  const texts = useTexts()
  return (
    <div className="stale">
      <Notice
        tone="warn"
        actions={
          <Button size="xs" onClick={onRetry}>
            {texts.action.retry}
          </Button>
        }
      >
        <p role="status">{text}</p>
      </Notice>
    </div>
  )
}
