import { useQueryClient } from '@tanstack/react-query'
import { asApiError } from '../../api/problem'
import type { User } from '../../api/types'
import { USERS_KEY } from '../../api/keys'
import { useDeleteUser } from '../../api/users'
import { useTexts } from '../../i18n/context'
import { Button } from '../../ui/Button'
import { Dialog } from '../../ui/Dialog'
import { Notice } from '../../ui/Notice'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { notify } from '../../ui/Toasts'

interface DeleteUserDialogProps {
  opened: boolean
  user: User
  /** It is the account of who asks. */
  own: boolean
  onClose: () => void
  onDeleted: () => void
}

/** Asks before somebody is deleted, with what ends by it. */
export function DeleteUserDialog({ opened, user, own, onClose, onDeleted }: DeleteUserDialogProps) {
  const texts = useTexts()
  const words = texts.people.user
  const queryClient = useQueryClient()
  const remove = useDeleteUser()

  const close = () => {
    remove.reset()
    onClose()
  }

  const error = remove.isError ? asApiError(remove.error) : null
  return (
    <Dialog opened={opened} onClose={close} title={words.deleteTitle(user.name)}>
      <p className="dialog-lead">{words.deleteHelp}</p>
      {own && (
        <Notice tone="warn">
          <p>{words.deleteSelf}</p>
        </Notice>
      )}
      {error && (
        <ProblemNotice
          error={error}
          withRequestId={error.status >= 500}
          actions={
            error.code === 'request.stale' && (
              <Button
                size="xs"
                onClick={() => {
                  void queryClient.invalidateQueries({ queryKey: USERS_KEY })
                  close()
                }}
              >
                {texts.action.reload}
              </Button>
            )
          }
        />
      )}
      <div className="dialog-foot">
        <Button data-autofocus onClick={close}>
          {texts.action.cancel}
        </Button>
        <Button
          tone="danger"
          loading={remove.isPending}
          onClick={() =>
            remove.mutate(user, {
              onSuccess: () => {
                if (own) {
                  // A whole reload: nothing of what this person saw may stay in memory.
                  location.assign('/login')
                  return
                }
                notify(words.deleted(user.name))
                onDeleted()
              },
            })
          }
        >
          {words.deleteNow(user.name)}
        </Button>
      </div>
    </Dialog>
  )
}
