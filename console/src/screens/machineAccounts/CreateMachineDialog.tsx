import { type SubmitEvent, useRef, useState } from 'react'
import { useCreateMachineAccount } from '../../api/machineAccounts'
import { asApiError } from '../../api/problem'
import type { ErrorCode, Workspace, WorkspaceRole } from '../../api/types'
import { useTexts } from '../../i18n/context'
import { isName } from '../../lib/names'
import { Button } from '../../ui/Button'
import { Dialog } from '../../ui/Dialog'
import { TextField } from '../../ui/Field'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { notify } from '../../ui/Toasts'
import { RoleChoices } from '../members/RoleChoices'
import { formErrors } from '../shared/fieldErrors'

interface CreateMachineDialogProps {
  opened: boolean
  workspace: Workspace
  onClose: () => void
}

export function CreateMachineDialog({ opened, workspace, onClose }: CreateMachineDialogProps) {
  const texts = useTexts()
  const words = texts.workspaces.machines
  const create = useCreateMachineAccount(workspace.id)
  const [name, setName] = useState('')
  const [role, setRole] = useState<WorkspaceRole>('viewer')
  const [nameCode, setNameCode] = useState<ErrorCode>()
  const nameInput = useRef<HTMLInputElement>(null)

  const close = () => {
    setNameCode(undefined)
    create.reset()
    onClose()
  }

  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    const code = name === '' ? 'field.required' : isName(name) ? undefined : 'name.malformed'
    setNameCode(code)
    if (code) {
      create.reset()
      nameInput.current?.focus()
      return
    }
    create.mutate(
      { name, role },
      {
        onSuccess: (account) => {
          notify(words.created(account.name))
          setName('')
          setRole('viewer')
          close()
        },
        onError: () => nameInput.current?.focus(),
      },
    )
  }

  const errors = formErrors(texts, create.isError ? asApiError(create.error) : null, ['/name'], { '/name': nameCode })
  return (
    <Dialog opened={opened} onClose={close} title={words.create} width={500}>
      <form className="form" onSubmit={submit} noValidate>
        {errors.rest && <ProblemNotice error={errors.rest} />}
        <TextField
          ref={nameInput}
          label={words.name}
          description={words.nameHelp}
          required
          autoFocus
          name="name"
          value={name}
          error={errors.at('/name')}
          onChange={(value) => {
            setName(value)
            setNameCode(undefined)
            create.reset()
          }}
        />
        <RoleChoices value={role} onChange={setRole} note={words.roleNote} />
        <div className="dialog-foot">
          <Button onClick={close}>{texts.action.cancel}</Button>
          <Button tone="primary" type="submit" loading={create.isPending}>
            {words.create}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
