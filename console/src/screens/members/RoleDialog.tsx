import { type SubmitEvent, useEffect, useState } from 'react'
import { useSetRole } from '../../api/members'
import { asApiError } from '../../api/problem'
import type { Member, Workspace, WorkspaceRole } from '../../api/types'
import { useTexts } from '../../i18n/context'
import { Button } from '../../ui/Button'
import { Dialog } from '../../ui/Dialog'
import { Notice } from '../../ui/Notice'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { notify } from '../../ui/Toasts'
import { useShown } from '../shared/useShown'
import { memberName } from './memberColumns'
import { RoleChoices } from './RoleChoices'

interface RoleDialogProps {
  /** The member in question; null keeps the dialog closed. */
  member: Member | null
  workspace: Workspace
  /** The member is the person who asks. */
  own: boolean
  onClose: () => void
}

export function RoleDialog({ member, workspace, own, onClose }: RoleDialogProps) {
  const texts = useTexts()
  const words = texts.workspaces.members
  const setMember = useSetRole(workspace.id)
  const [role, setRole] = useState<WorkspaceRole>('viewer')
  const shown = useShown(member)
  useEffect(() => {
    if (member) setRole(member.role)
  }, [member])

  const close = () => {
    setMember.reset()
    onClose()
  }

  if (!shown) return null
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    if (role === shown.role) {
      close()
      return
    }
    setMember.mutate(
      { userId: shown.user_id, role },
      {
        onSuccess: () => {
          notify(words.roleSaved(memberName(shown)))
          close()
        },
      },
    )
  }

  return (
    <Dialog opened={member !== null} onClose={close} title={words.roleTitle(memberName(shown))} width={500}>
      <form className="form" onSubmit={submit} noValidate>
        {setMember.isError && <ProblemNotice error={asApiError(setMember.error)} />}
        {own && role !== shown.role && <Notice tone="warn">{words.ownRole}</Notice>}
        <RoleChoices
          value={role}
          onChange={(next) => {
            setRole(next)
            setMember.reset()
          }}
        />
        <div className="dialog-foot">
          <Button onClick={close}>{texts.action.cancel}</Button>
          <Button tone="primary" type="submit" loading={setMember.isPending}>
            {texts.action.save}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
