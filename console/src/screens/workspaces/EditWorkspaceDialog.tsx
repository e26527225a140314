import { useQueryClient } from '@tanstack/react-query'
import { type SubmitEvent, useEffect, useState } from 'react'
import { asApiError } from '../../api/problem'
import type { Workspace } from '../../api/types'
import { useEditWorkspace, workspaceQuery } from '../../api/workspaces'
import { useTexts } from '../../i18n/context'
import { Button } from '../../ui/Button'
import { Dialog } from '../../ui/Dialog'
import { TextAreaField } from '../../ui/Field'
import { Notice } from '../../ui/Notice'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { notify } from '../../ui/Toasts'
import { formErrors } from '../shared/fieldErrors'

interface EditWorkspaceDialogProps {
  /** The workspace in question, as it was when editing began; null keeps the dialog closed. */
  workspace: Workspace | null
  onClose: () => void
}

export function EditWorkspaceDialog({ workspace, onClose }: EditWorkspaceDialogProps) {
  const texts = useTexts()
  const words = texts.workspaces.editing
  const queryClient = useQueryClient()
  const edit = useEditWorkspace()
  // The version that was read when editing began: a change made meanwhile by someone else must be noticed.
  const [base, setBase] = useState(workspace)
  const [theirs, setTheirs] = useState<string | null>(null)
  const [text, setText] = useState('')

  useEffect(() => {
    if (!workspace) return
    setBase(workspace)
    setText(workspace.description)
    setTheirs(null)
  }, [workspace])

  const close = () => {
    edit.reset()
    onClose()
  }

  const reload = async () => {
    if (!base) return
    const fresh = await queryClient.fetchQuery({ ...workspaceQuery(base.id), staleTime: 0 })
    setBase(fresh)
    setTheirs(fresh.description)
    edit.reset()
  }

  if (!base) return null
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    edit.mutate(
      { workspace: base, description: text.trim() },
      {
        onSuccess: () => {
          notify(words.saved)
          close()
        },
      },
    )
  }

  const error = edit.isError ? asApiError(edit.error) : null
  const errors = formErrors(texts, error, ['/description'])
  return (
    <Dialog opened={workspace !== null} onClose={close} title={words.title(base.name)}>
      <form className="form" onSubmit={submit} noValidate>
        {error?.code === 'request.stale' ? (
          <Notice
            tone="warn"
            urgent
            actions={
              <Button size="xs" onClick={() => void reload()}>
                {texts.action.reload}
              </Button>
            }
          >
            <p>{words.conflict}</p>
          </Notice>
        ) : (
          errors.rest && <ProblemNotice error={errors.rest} />
        )}
        {theirs !== null && (
          <Notice tone="info" title={words.theirs}>
            <p className="description">{theirs === '' ? texts.workspaces.overview.noDescription : theirs}</p>
          </Notice>
        )}
        <TextAreaField
          label={texts.workspaces.create.description}
          value={text}
          error={errors.at('/description')}
          onChange={setText}
        />
        <div className="dialog-foot">
          <Button onClick={close}>{texts.action.cancel}</Button>
          <Button tone="primary" type="submit" loading={edit.isPending}>
            {texts.action.save}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
