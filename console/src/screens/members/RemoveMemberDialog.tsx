import { type SubmitEvent } from 'react'
import { useRemoveMember } from '../../api/members'
import { asApiError } from '../../api/problem'
import type { Member, Workspace } from '../../api/types'
import { useTexts } from '../../i18n/context'
import { Button } from '../../ui/Button'
import { Dialog } from '../../ui/Dialog'
import { Notice } from '../../ui/Notice'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { notify } from '../../ui/Toasts'
import { useShown } from '../shared/useShown'
import { memberName } from './memberColumns'

interface RemoveMemberDialogProps {
  /** The member in question; null keeps the dialog closed. */
  member: Member | null
  workspace: Workspace
  /** The member is the person who asks. */
  own: boolean
  onClose: () => void
  onRemoved: (own: boolean) => void
}

/** Asks before somebody loses their role, and says what that costs them. */
export function RemoveMemberDialog({ member, workspace, own, onClose, onRemoved }: RemoveMemberDialogProps) {
  const texts = useTexts()
  const words = texts.workspaces.members
  const remove = useRemoveMember(workspace.id)
  const shown = useShown(member)

  const close = () => {
    remove.reset()
    onClose()
  }

  if (!shown) return null
  const name = memberName(shown)
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    // Not a callback of the mutation: those are dropped when the page of a workspace just left is taken away first.
    remove.mutateAsync(shown.user_id).then(
      () => {
        notify(own ? words.leftSelf(workspace.name) : words.removed(name))
        close()
        onRemoved(own)
      },
      () => {
        // The dialog shows it.
      },
    )
  }

  return (
    <Dialog opened={member !== null} onClose={close} title={words.removeTitle(name)}>
      <form className="form" onSubmit={submit} noValidate>
        <div className="dialog-lead">
          <p>{words.removeConsequence(name, workspace.name)}</p>
          <p>{words.removeStays}</p>
        </div>
        {own && <Notice tone="warn">{words.removeSelf}</Notice>}
        {remove.isError && <ProblemNotice error={asApiError(remove.error)} />}
        <div className="dialog-foot">
          <Button data-autofocus onClick={close}>
            {texts.action.cancel}
          </Button>
          <Button tone="danger" type="submit" loading={remove.isPending}>
            {words.removeSubmit(name)}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
