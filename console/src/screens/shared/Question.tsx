import { asApiError } from '../../api/problem'
import { useTexts } from '../../i18n/context'
import { Button } from '../../ui/Button'
import { Dialog } from '../../ui/Dialog'
import { ProblemNotice } from '../../ui/ProblemNotice'

interface QuestionProps {
  opened: boolean
  title: string
  texts: readonly string[]
  submit: string
  pending: boolean
  error: unknown
  onClose: () => void
  onSubmit: () => void
}

/** Asks before something is taken away. */
export function Question({ opened, title, texts, submit, pending, error, onClose, onSubmit }: QuestionProps) {
  const { action } = useTexts()
  return (
    <Dialog opened={opened} onClose={onClose} title={title}>
      <div className="form">
        <div className="dialog-lead">
          {texts.map((text) => (
            <p key={text}>{text}</p>
          ))}
        </div>
        {error ? <ProblemNotice error={asApiError(error)} /> : null}
        <div className="dialog-foot">
          <Button data-autofocus onClick={onClose}>
            {action.cancel}
          </Button>
          <Button tone="danger" loading={pending} onClick={onSubmit}>
            {submit}
          </Button>
        </div>
      </div>
    </Dialog>
  )
}
