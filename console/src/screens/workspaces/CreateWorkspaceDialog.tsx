import { type SubmitEvent, useRef, useState } from 'react'
import { asApiError } from '../../api/problem'
import type { ErrorCode, Workspace } from '../../api/types'
import { useCreateWorkspace } from '../../api/workspaces'
import { useTexts } from '../../i18n/context'
import { isName } from '../../lib/names'
import { Button } from '../../ui/Button'
import { Dialog } from '../../ui/Dialog'
import { TextAreaField, TextField } from '../../ui/Field'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { notify } from '../../ui/Toasts'
import { formErrors } from '../shared/fieldErrors'

interface CreateWorkspaceDialogProps {
  opened: boolean
  onClose: () => void
  onCreated: (workspace: Workspace) => void
}

export function CreateWorkspaceDialog({ opened, onClose, onCreated }: CreateWorkspaceDialogProps) {
  const texts = useTexts()
  const words = texts.workspaces.create
  const create = useCreateWorkspace()
  const [name, setName] = useState('')
  const [description, setDescription] = useState('')
  const [nameCode, setNameCode] = useState<ErrorCode>()
  const nameInput = useRef<HTMLInputElement>(null)

  const close = () => {
    // What was typed survives an accidental Escape.
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
      { name, description: description.trim() },
      {
        onSuccess: (workspace) => {
          setName('')
          setDescription('')
          create.reset()
          notify(words.done(workspace.name))
          onCreated(workspace)
        },
        onError: () => nameInput.current?.focus(),
      },
    )
  }

  const errors = formErrors(texts, create.isError ? asApiError(create.error) : null, ['/name', '/description'], {
    '/name': nameCode,
  })
  return (
    <Dialog opened={opened} onClose={close} title={words.title}>
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
        <TextAreaField
          label={words.description}
          description={words.descriptionHelp}
          value={description}
          error={errors.at('/description')}
          onChange={setDescription}
        />
        <div className="dialog-foot">
          <Button onClick={close}>{texts.action.cancel}</Button>
          <Button tone="primary" type="submit" loading={create.isPending}>
            {words.submit}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
