import { type SubmitEvent, useRef, useState } from 'react'
import { asApiError, fieldProblems } from '../../api/problem'
import type { CreatedUser, FieldProblem, PlatformRole } from '../../api/types'
import { useCreateUser } from '../../api/users'
import { useTexts } from '../../i18n/context'
import { fieldText } from '../../i18n/problemText'
import { isName } from '../../lib/names'
import { Button } from '../../ui/Button'
import { Dialog } from '../../ui/Dialog'
import { TextField } from '../../ui/Field'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { LinkShown } from './LinkShown'
import { RoleChoice } from './RoleChoice'

interface CreateUserDialogProps {
  opened: boolean
  onClose: () => void
}

/** Asks for a user, and then shows the link with which they set their password. */
export function CreateUserDialog({ opened, onClose }: CreateUserDialogProps) {
  const { people } = useTexts()
  const [created, setCreated] = useState<CreatedUser | null>(null)

  const close = () => {
    setCreated(null)
    onClose()
  }

  return (
    <Dialog
      opened={opened}
      onClose={close}
      deliberate={created !== null}
      title={created ? people.link.title(created.user.name) : people.create}
    >
      {created ? (
        <LinkShown link={created.link} onDone={close}>
          {people.link.created(created.user.name)}
        </LinkShown>
      ) : (
        <CreateUserForm onCancel={close} onCreated={setCreated} />
      )}
    </Dialog>
  )
}

interface CreateUserFormProps {
  onCancel: () => void
  onCreated: (created: CreatedUser) => void
}

function CreateUserForm({ onCancel, onCreated }: CreateUserFormProps) {
  const texts = useTexts()
  const { people } = texts
  const create = useCreateUser()
  const [name, setName] = useState('')
  const [displayName, setDisplayName] = useState('')
  const [role, setRole] = useState<PlatformRole | null>(null)
  const [problem, setProblem] = useState<FieldProblem | null>(null)
  const nameInput = useRef<HTMLInputElement>(null)
  const displayNameInput = useRef<HTMLInputElement>(null)

  const show = (found: FieldProblem) => {
    setProblem(found)
    const input = found.pointer === '/display_name' ? displayNameInput : nameInput
    input.current?.focus()
  }

  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    create.reset()
    if (!isName(name)) {
      show({ pointer: '/name', code: name === '' ? 'field.required' : 'name.malformed', params: {} })
      return
    }
    setProblem(null)
    create.mutate(
      { name, display_name: displayName.trim(), platform_role: role },
      {
        onSuccess: onCreated,
        onError: (thrown) => {
          const error = asApiError(thrown)
          const found = error.code === 'user.name_taken' ? nameTaken : fieldProblems(error)[0]
          if (found) show(found)
        },
      },
    )
  }

  const textFor = (pointer: string) => (problem?.pointer === pointer ? fieldText(texts, problem) : undefined)
  const error = create.isError ? asApiError(create.error) : null
  return (
    <form className="form" onSubmit={submit} noValidate>
      {error && !problem && <ProblemNotice error={error} />}
      <TextField
        ref={nameInput}
        label={people.name}
        description={people.nameHelp}
        error={textFor('/name')}
        name="name"
        required
        autoFocus
        value={name}
        onChange={setName}
      />
      <TextField
        ref={displayNameInput}
        label={people.displayName}
        description={people.displayNameHelp}
        error={textFor('/display_name')}
        name="display_name"
        value={displayName}
        onChange={setDisplayName}
      />
      <RoleChoice value={role} onChange={setRole} />
      <div className="dialog-foot">
        <Button onClick={onCancel}>{texts.action.cancel}</Button>
        <Button tone="primary" type="submit" loading={create.isPending}>
          {people.create}
        </Button>
      </div>
    </form>
  )
}

const nameTaken: FieldProblem = { pointer: '/name', code: 'user.name_taken', params: {} }
