import { useQuery } from '@tanstack/react-query'
import type { SubmitEvent } from 'react'
import { machineTokensQuery, useDeleteMachineAccount } from '../../api/machineAccounts'
import { asApiError } from '../../api/problem'
import type { MachineAccount, Workspace } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { Button } from '../../ui/Button'
import { Dialog } from '../../ui/Dialog'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { notify } from '../../ui/Toasts'
import { useShown } from '../shared/useShown'

interface DeleteMachineDialogProps {
  /** The account in question; null keeps the dialog closed. */
  account: MachineAccount | null
  workspace: Workspace
  onClose: () => void
  onDeleted: () => void
}

/** Asks before a machine account ends, and names the tokens that end with it. */
export function DeleteMachineDialog({ account, workspace, onClose, onDeleted }: DeleteMachineDialogProps) {
  const { texts, format } = useI18n()
  const words = texts.workspaces.machines
  const remove = useDeleteMachineAccount(workspace.id)
  const shown = useShown(account)
  const tokens = useQuery({ ...machineTokensQuery(workspace.id, account?.id ?? ''), enabled: account !== null })

  const close = () => {
    remove.reset()
    onClose()
  }

  if (!shown) return null
  const { name } = shown
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    remove.mutate(shown.id, {
      onSuccess: () => {
        notify(words.deleted(name))
        close()
        onDeleted()
      },
    })
  }

  const items = tokens.data?.items
  return (
    <Dialog opened={account !== null} onClose={close} title={words.deleteTitle(name)}>
      <form className="form" onSubmit={submit} noValidate>
        <div className="dialog-lead">
          <p>{words.deleteConsequence}</p>
          {items && items.length === 0 && <p>{words.deleteNoTokens}</p>}
          {items && items.length > 0 && (
            <>
              <p>{words.deleteTokens(format.number(items.length), items.length === 1)}</p>
              <ul className="names">
                {items.map((token) => (
                  <li key={token.id}>{token.name}</li>
                ))}
              </ul>
            </>
          )}
        </div>
        {remove.isError && <ProblemNotice error={asApiError(remove.error)} />}
        <div className="dialog-foot">
          <Button data-autofocus onClick={close}>
            {texts.action.cancel}
          </Button>
          <Button tone="danger" type="submit" loading={remove.isPending}>
            {words.deleteSubmit(name)}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
