import type { ApiError } from '../../api/problem'
import { useTexts } from '../../i18n/context'
import { Button } from '../../ui/Button'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { useInSight } from './useInSight'

interface SaveFailureProps {
  /** The upstream problem that the last attempt to save ended with. */
  error: ApiError | null
  saving: boolean
  onSaveAnyway: () => void
}

/** That nothing was saved because the registry could not be reached as told, and the offer to save it all the same. */
export function SaveFailure({ error, saving, onSaveAnyway }: SaveFailureProps) {
  const texts = useTexts()
  const place = useInSight(error)

  return (
    <div ref={place}>
      {error && (
        <ProblemNotice
          error={error}
          title={texts.integrate.notReached}
          actions={
            <div className="save-anyway">
              <Button size="xs" loading={saving} onClick={onSaveAnyway}>
                {texts.integrate.saveAnyway}
              </Button>
              <span className="fine">{texts.integrate.saveAnywayHelp}</span>
            </div>
          }
        />
      )}
    </div>
  )
}
