import { type SubmitEvent, useEffect, useRef, useState } from 'react'
import { useCreateMachineToken } from '../../api/machineAccounts'
import { asApiError } from '../../api/problem'
import type { ErrorCode, MachineAccount, Permission, Workspace } from '../../api/types'
import { useTexts } from '../../i18n/context'
import { fromLocalInput, toLocalInput } from '../../lib/auditSearch'
import { serverNow } from '../../lib/clock'
import { expiryOf, type Lifetime, LIFETIMES } from '../../lib/expiry'
import { isName } from '../../lib/names'
import { Button } from '../../ui/Button'
import { DateTimeField } from '../../ui/DateTimeField'
import { CheckboxField, SelectField, TextField } from '../../ui/Field'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { actionText } from '../audit/auditText'
import { formErrors } from '../shared/fieldErrors'

interface TokenFormProps {
  account: MachineAccount
  workspace: Workspace
  onBack: () => void
  /** The token's text; this is the only time it is known. */
  onMade: (secret: string) => void
}

const FIELDS = ['/name', '/scope', '/expires_at'] as const
type Field = (typeof FIELDS)[number]

const isOwn = (permission: Permission) => permission === 'profile.read' || permission === 'change.follow'

/** Asks for a token: its name, what it may do, and its end. */
export function TokenForm({ account, workspace, onBack, onMade }: TokenFormProps) {
  const texts = useTexts()
  const words = texts.workspaces.tokens
  const create = useCreateMachineToken(workspace.id, account.id)
  const [name, setName] = useState('')
  const [scope, setScope] = useState<ReadonlySet<Permission>>(new Set())
  const [lifetime, setLifetime] = useState<Lifetime>('90')
  const [custom, setCustom] = useState<string>()
  const [own, setOwn] = useState<Partial<Record<Field, ErrorCode>>>({})
  const inputs = useRef<Partial<Record<Field, HTMLElement | null>>>({})
  useEffect(() => inputs.current['/name']?.focus(), [])

  const touch = (field: Field) => {
    setOwn((before) => ({ ...before, [field]: undefined }))
    create.reset()
  }
  const focusFirst = (wrong: (field: Field) => boolean) => {
    const first = FIELDS.find(wrong)
    if (first) inputs.current[first]?.focus()
  }

  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    const expiresAt = expiryOf(lifetime, custom, serverNow())
    const found: Partial<Record<Field, ErrorCode>> = {}
    if (name === '') found['/name'] = 'field.required'
    else if (!isName(name)) found['/name'] = 'name.malformed'
    if (scope.size === 0) found['/scope'] = 'field.required'
    if (expiresAt === undefined) found['/expires_at'] = 'field.required'
    setOwn(found)
    if (expiresAt === undefined || Object.keys(found).length > 0) {
      create.reset()
      focusFirst((field) => found[field] !== undefined)
      return
    }
    create.mutate(
      { name, scope: account.token_scope.filter((each) => scope.has(each)), expires_at: expiresAt },
      {
        onSuccess: (made) => {
          create.reset()
          onMade(made.text)
        },
        onError: (thrown) => {
          const placed = formErrors(texts, asApiError(thrown), FIELDS)
          focusFirst((field) => placed.at(field) !== undefined)
        },
      },
    )
  }

  // What is wanted most stands first.
  const offered = [...account.token_scope].sort((a, b) => Number(isOwn(a)) - Number(isOwn(b)))
  const errors = formErrors(texts, create.isError ? asApiError(create.error) : null, FIELDS, own)
  const scopeError = errors.at('/scope')
  return (
    <form className="drawer-form" onSubmit={submit} noValidate>
      <div className="form drawer-fields">
        {errors.rest && <ProblemNotice error={errors.rest} />}
        <TextField
          ref={(element) => {
            inputs.current['/name'] = element
          }}
          label={words.name}
          description={words.nameHelp}
          required
          name="name"
          value={name}
          error={errors.at('/name')}
          onChange={(value) => {
            setName(value)
            touch('/name')
          }}
        />
        <fieldset className="group" aria-describedby={scopeError ? 'token-scope-error' : undefined}>
          <legend>{words.scope}</legend>
          <p className="fine">{words.scopeHelp(texts.workspaces.roles[account.role])}</p>
          <div className="checks">
            {offered.map((permission, index) => (
              <CheckboxField
                key={permission}
                ref={(element) => {
                  if (index === 0) inputs.current['/scope'] = element
                }}
                label={actionText(texts, permission)}
                checked={scope.has(permission)}
                onChange={(checked) => {
                  const next = new Set(scope)
                  if (checked) next.add(permission)
                  else next.delete(permission)
                  setScope(next)
                  touch('/scope')
                }}
              />
            ))}
          </div>
          {scopeError && (
            <p className="field-problem" id="token-scope-error">
              {scopeError}
            </p>
          )}
        </fieldset>
        <SelectField
          label={words.expires}
          value={lifetime}
          options={LIFETIMES.map((each) => ({ value: each, label: words.lifetimes[each] }))}
          onChange={(value) => {
            setLifetime(value)
            touch('/expires_at')
          }}
        />
        {lifetime === 'custom' ? (
          <DateTimeField
            ref={(element) => {
              inputs.current['/expires_at'] = element
            }}
            label={words.custom}
            required
            value={toLocalInput(custom)}
            error={errors.at('/expires_at')}
            onChange={(value) => {
              setCustom(fromLocalInput(value))
              touch('/expires_at')
            }}
          />
        ) : (
          errors.at('/expires_at') && <p className="field-problem">{errors.at('/expires_at')}</p>
        )}
      </div>
      <div className="drawer-foot">
        <Button onClick={onBack}>{words.back}</Button>
        <Button tone="primary" type="submit" loading={create.isPending}>
          {words.submit}
        </Button>
      </div>
    </form>
  )
}
