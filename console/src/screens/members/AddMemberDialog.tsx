import { useQuery } from '@tanstack/react-query'
import { type SubmitEvent, useDeferredValue, useEffect, useRef, useState } from 'react'
import { peopleQuery, useAddMember } from '../../api/members'
import { asApiError } from '../../api/problem'
import type { ErrorCode, Member, Workspace, WorkspaceRole } from '../../api/types'
import { useTexts } from '../../i18n/context'
import { Button } from '../../ui/Button'
import { Dialog } from '../../ui/Dialog'
import { TextField } from '../../ui/Field'
import { Notice } from '../../ui/Notice'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { notify } from '../../ui/Toasts'
import { formErrors } from '../shared/fieldErrors'
import { RoleChoices } from './RoleChoices'

interface AddMemberDialogProps {
  opened: boolean
  workspace: Workspace
  /** The members shown at the moment. */
  known: readonly Member[]
  /** Whether the asker may see people, so that names can be offered. */
  maySearch: boolean
  /** The role that is chosen at first. */
  firstRole: WorkspaceRole
  onClose: () => void
}

/** Takes a person into the workspace by their name. */
export function AddMemberDialog({ opened, workspace, known, maySearch, firstRole, onClose }: AddMemberDialogProps) {
  const texts = useTexts()
  const words = texts.workspaces.members
  const add = useAddMember(workspace.id)
  const [name, setName] = useState('')
  const [role, setRole] = useState<WorkspaceRole>(firstRole)
  const [nameCode, setNameCode] = useState<ErrorCode>()
  const nameInput = useRef<HTMLInputElement>(null)
  const searched = useDeferredValue(name.trim())
  const people = useQuery({ ...peopleQuery(searched), enabled: opened && maySearch })

  useEffect(() => {
    if (opened) setRole(firstRole)
    // The role belongs to the opening; a list that changes meanwhile must not change the choice.
  }, [opened])

  const close = () => {
    setName('')
    setNameCode(undefined)
    add.reset()
    onClose()
  }

  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    const wanted = name.trim()
    const code = wanted === '' ? 'field.required' : undefined
    setNameCode(code)
    if (code) {
      add.reset()
      nameInput.current?.focus()
      return
    }
    add.mutate(
      { name: wanted, role },
      {
        onSuccess: (member) => {
          notify(words.added(member.name))
          close()
        },
        onError: () => nameInput.current?.focus(),
      },
    )
  }

  const already = known.find((member) => member.name === name.trim())
  const errors = formErrors(texts, add.isError ? asApiError(add.error) : null, ['/name'], { '/name': nameCode })
  return (
    <Dialog opened={opened} onClose={close} title={words.addTitle} width={500}>
      <form className="form" onSubmit={submit} noValidate>
        {errors.rest && <ProblemNotice error={errors.rest} />}
        <TextField
          ref={nameInput}
          label={words.person}
          description={maySearch ? words.personHelpSearch : words.personHelp}
          required
          autoFocus
          name="name"
          value={name}
          error={errors.at('/name')}
          suggestions={
            maySearch
              ? (people.data?.items ?? []).map((person) => ({ value: person.name, label: person.display_name }))
              : undefined
          }
          onChange={(value) => {
            setName(value)
            setNameCode(undefined)
            add.reset()
          }}
        />
        {already && (
          <Notice tone="info">
            <p role="status">{words.already(already.name, texts.workspaces.roles[already.role])}</p>
          </Notice>
        )}
        <RoleChoices value={role} onChange={setRole} />
        <div className="dialog-foot">
          <Button onClick={close}>{texts.action.cancel}</Button>
          <Button tone="primary" type="submit" loading={add.isPending}>
            {words.add}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
