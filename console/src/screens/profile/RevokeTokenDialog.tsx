import { asApiError } from '../../api/problem'
import { useRevokeToken } from '../../api/tokens'
import type { ApiToken } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { Button } from '../../ui/Button'
import { Dialog } from '../../ui/Dialog'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { notify } from '../../ui/Toasts'
import { useShown } from '../shared/useShown'

interface RevokeTokenDialogProps {
  /** The token in question; null keeps the dialog closed. */
  token: ApiToken | null
  onClose: () => void
  onRevoked: () => void
}

/** Asks before a token is revoked, and tells whether anything still uses it. */
export function RevokeTokenDialog({ token, onClose, onRevoked }: RevokeTokenDialogProps) {
  const { texts, format } = useI18n()
  const words = texts.tokens
  const revoke = useRevokeToken()
  const shown = useShown(token)

  const close = () => {
    revoke.reset()
    onClose()
  }

  if (!shown) return null
  return (
    <Dialog opened={token !== null} onClose={close} title={words.revokeTitle(shown.name)}>
      <div className="dialog-lead">
        <p>{words.revokeHelp}</p>
        <p>{shown.last_used_at ? words.usedLast(format.dateTime(shown.last_used_at)) : words.usedNever}</p>
      </div>
      {revoke.isError && <ProblemNotice error={asApiError(revoke.error)} />}
      <div className="dialog-foot">
        <Button data-autofocus onClick={close}>
          {texts.action.cancel}
        </Button>
        <Button
          tone="danger"
          loading={revoke.isPending}
          onClick={() =>
            revoke.mutate(shown.id, {
              onSuccess: () => {
                notify(words.revoked(shown.name))
                close()
                onRevoked()
              },
            })
          }
        >
          {words.revokeNow}
        </Button>
      </div>
    </Dialog>
  )
}
