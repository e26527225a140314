import { useQueryClient } from '@tanstack/react-query'
import { type SubmitEvent, useEffect, useState } from 'react'
import { type ApiError, asApiError } from '../../api/problem'
import type { Workspace } from '../../api/types'
import { useDeleteWorkspace, WORKSPACES_KEY } from '../../api/workspaces'
import { useI18n } from '../../i18n/context'
import { Button, ButtonLink } from '../../ui/Button'
import { Dialog } from '../../ui/Dialog'
import { TextField } from '../../ui/Field'
import { Notice } from '../../ui/Notice'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { notify } from '../../ui/Toasts'
import { useShown } from '../shared/useShown'

interface DeleteWorkspaceDialogProps {
  /** The workspace in question; null keeps the dialog closed. */
  workspace: Workspace | null
  onClose: () => void
  onDeleted?: () => void
}

/** Asks before a workspace is deleted: what goes, what stays, what stands in the way, and its name typed out. */
export function DeleteWorkspaceDialog({ workspace, onClose, onDeleted }: DeleteWorkspaceDialogProps) {
  const { texts, format } = useI18n()
  const words = texts.workspaces.deleting
  const queryClient = useQueryClient()
  const remove = useDeleteWorkspace()
  const [typed, setTyped] = useState('')
  const shown = useShown(workspace)
  const id = workspace?.id
  useEffect(() => setTyped(''), [id])

  const close = () => {
    setTyped('')
    remove.reset()
    onClose()
  }

  if (!shown) return null
  const { name, counts } = shown
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    if (typed !== name) return
    remove.mutate(shown, {
      onSuccess: () => {
        notify(words.done(name))
        close()
        onDeleted?.()
      },
    })
  }

  const error = remove.isError ? asApiError(remove.error) : null
  const known = (count: number | null | undefined) => format.number(count ?? 0)
  return (
    <Dialog opened={workspace !== null} onClose={close} title={words.title(name)}>
      <form className="form" onSubmit={submit} noValidate>
        <div className="dialog-lead">
          <p>{words.consequence}</p>
          <p>{words.counts(known(counts.members), known(counts.machine_accounts))}</p>
          <p>{words.irreversible}</p>
        </div>
        {error?.code === 'workspace.not_empty' ? (
          <Blockers error={error} workspace={shown} onLeave={close} />
        ) : (
          error && (
            <ProblemNotice
              error={error}
              actions={
                error.code === 'request.stale' && (
                  <Button
                    size="xs"
                    onClick={() => {
                      void queryClient.invalidateQueries({ queryKey: WORKSPACES_KEY })
                      close()
                    }}
                  >
                    {texts.action.reload}
                  </Button>
                )
              }
            />
          )
        )}
        <TextField label={words.confirm(name)} value={typed} onChange={setTyped} />
        <div className="dialog-foot">
          <Button data-autofocus onClick={close}>
            {texts.action.cancel}
          </Button>
          <Button tone="danger" type="submit" disabled={typed !== name} loading={remove.isPending}>
            {words.submit(name)}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

interface BlockersProps {
  error: ApiError
  workspace: Workspace
  onLeave: () => void
}

/** The registries that keep the workspace, by name, and the way to them. */
function Blockers({ error, workspace, onLeave }: BlockersProps) {
  const { texts, format } = useI18n()
  const words = texts.workspaces.deleting
  const names = (error.params.names ?? '').split(', ').filter((name) => name !== '')
  const more = Number(error.params.registries ?? 0) - names.length
  return (
    <Notice
      tone="bad"
      urgent
      title={words.blocked}
      actions={
        <ButtonLink
          size="xs"
          to="/workspaces/$workspaceId/registries"
          params={{ workspaceId: workspace.id }}
          search={{}}
          onClick={onLeave}
        >
          {words.toRegistries}
        </ButtonLink>
      }
    >
      <ul className="names">
        {names.map((name) => (
          <li key={name}>{name}</li>
        ))}
        {more > 0 && <li>{words.blockedMore(format.number(more))}</li>}
      </ul>
      <p>{words.blockedHelp}</p>
    </Notice>
  )
}
