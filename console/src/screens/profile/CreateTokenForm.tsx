import { useQuery } from '@tanstack/react-query'
import { type SubmitEvent, useMemo, useRef, useState } from 'react'
import { asApiError, fieldProblems } from '../../api/problem'
import { profileQuery } from '../../api/profile'
import { sessionQuery } from '../../api/session'
import { useCreateToken } from '../../api/tokens'
import type { CreatedToken, Permission, Workspace } from '../../api/types'
import { useTexts } from '../../i18n/context'
import { fieldText } from '../../i18n/problemText'
import { serverNow } from '../../lib/clock'
import { isName } from '../../lib/names'
import { scopeGroups, scopeGroupsIn } from '../../lib/tokenScope'
import { Button } from '../../ui/Button'
import { SelectField, TextField } from '../../ui/Field'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { ScopePicker } from './ScopePicker'

const DAY_MS = 24 * 3_600_000
const EXPIRIES = ['7', '30', '90', '365'] as const
type Expiry = (typeof EXPIRIES)[number]

interface CreateTokenFormProps {
  workspaces: readonly Workspace[]
  onCancel: () => void
  onCreated: (token: CreatedToken) => void
}

interface FormErrors {
  name?: string
  scope?: string
}

export function CreateTokenForm({ workspaces, onCancel, onCreated }: CreateTokenFormProps) {
  const texts = useTexts()
  const words = texts.people.tokens
  const { data: session } = useQuery(sessionQuery)
  const { data: profile } = useQuery(profileQuery)
  const create = useCreateToken()
  const [name, setName] = useState('')
  const [chosen, setChosen] = useState<ReadonlySet<Permission>>(new Set())
  const [workspaceId, setWorkspaceId] = useState('')
  const [expiry, setExpiry] = useState<Expiry>('30')
  const [errors, setErrors] = useState<FormErrors>({})
  const nameInput = useRef<HTMLInputElement>(null)
  const scopeBox = useRef<HTMLFieldSetElement>(null)

  const workspace = workspaces.find((each) => each.id === workspaceId)
  const groups = useMemo(
    () =>
      workspace
        ? scopeGroupsIn(workspace.allowed_actions)
        : scopeGroups([
            ...(session?.allowed_actions ?? []),
            ...(profile?.allowed_actions ?? []),
            ...workspaces.flatMap((each) => each.allowed_actions),
          ]),
    [workspace, workspaces, session, profile],
  )
  // A right that another reach does not offer stays chosen in case the reach is changed back, and is not sent.
  const scope = groups.flatMap((group) => group.permissions).filter((permission) => chosen.has(permission))

  const show = (found: FormErrors) => {
    setErrors(found)
    if (found.name) nameInput.current?.focus()
    else if (found.scope) scopeBox.current?.querySelector('input')?.focus()
  }

  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    create.reset()
    const found: FormErrors = {}
    if (!isName(name)) {
      found.name = fieldText(texts, { pointer: '', code: name === '' ? 'field.required' : 'name.malformed', params: {} })
    }
    if (scope.length === 0) found.scope = words.chooseScope
    show(found)
    if (Object.keys(found).length > 0) return

    create.mutate(
      {
        name,
        scope,
        workspace_id: workspace?.id ?? null,
        expires_at: new Date(serverNow() + Number(expiry) * DAY_MS).toISOString(),
      },
      {
        onSuccess: onCreated,
        onError: (thrown) => {
          const refused: FormErrors = {}
          for (const problem of fieldProblems(asApiError(thrown))) {
            if (problem.pointer === '/name') refused.name = fieldText(texts, problem)
            if (problem.pointer === '/scope') refused.scope = fieldText(texts, problem)
          }
          show(refused)
        },
      },
    )
  }

  const error = create.isError ? asApiError(create.error) : null
  return (
    <form className="drawer-form" onSubmit={submit} noValidate>
      <div className="form drawer-fields">
        {error && !errors.name && !errors.scope && <ProblemNotice error={error} />}
        <TextField
          ref={nameInput}
          label={words.name}
          description={words.nameHelp}
          error={errors.name}
          name="name"
          required
          autoFocus
          value={name}
          onChange={(value) => {
            setName(value)
            setErrors(({ name: _, ...rest }) => rest)
          }}
        />
        {workspaces.length > 0 && (
          <SelectField
            label={words.workspace}
            description={words.workspaceHelp}
            value={workspaceId}
            options={[
              { value: '', label: words.anyWorkspace },
              ...workspaces.map((each) => ({ value: each.id, label: words.only(each.name) })),
            ]}
            onChange={setWorkspaceId}
          />
        )}
        <SelectField
          label={words.expires}
          value={expiry}
          options={EXPIRIES.map((days) => ({ value: days, label: words.expiry[days] }))}
          onChange={setExpiry}
        />
        <ScopePicker
          ref={scopeBox}
          groups={groups}
          chosen={chosen}
          error={errors.scope}
          onChange={(next) => {
            setChosen(next)
            setErrors(({ scope: _, ...rest }) => rest)
          }}
        />
      </div>
      <div className="drawer-foot">
        <Button onClick={onCancel}>{texts.action.cancel}</Button>
        <Button tone="primary" type="submit" loading={create.isPending}>
          {words.create}
        </Button>
      </div>
    </form>
  )
}
