import { IconAlertTriangle } from '@tabler/icons-react'
import { ApiError } from '../api/problem'
import { useTexts } from '../i18n/context'
import { Button } from '../ui/Button'
import { PageTitle } from '../ui/PageTitle'
import { ProblemNotice } from '../ui/ProblemNotice'

/** What stands instead of a page that could not be opened. */
export function CrashScreen({ error }: { error: unknown }) {
  const texts = useTexts()
  return (
    <div className="empty page-empty">
      <span className="empty-icon" aria-hidden>
        <IconAlertTriangle size={28} stroke={1.5} />
      </span>
      <PageTitle title={texts.crash.title} />
      {error instanceof ApiError ? <ProblemNotice error={error} /> : <p>{texts.crash.help}</p>}
      <Button tone="primary" onClick={() => location.reload()}>
        {texts.action.reload}
      </Button>
    </div>
  )
}
