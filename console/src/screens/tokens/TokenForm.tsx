import type { UseMutationResult } from '@tanstack/react-query'
import { type ReactNode, type SubmitEvent, useRef, useState } from 'react'
import { asApiError } from '../../api/problem'
import type { CreatedToken, ErrorCode, Permission, TokenRequest } from '../../api/types'
import { useTexts } from '../../i18n/context'
import { fromLocalInput, toLocalInput } from '../../lib/auditSearch'
import { serverNow } from '../../lib/clock'
import { expiryOf, type Lifetime, LIFETIMES } from '../../lib/expiry'
import { isName } from '../../lib/names'
import type { ScopeGroup } from '../../lib/tokenScope'
import { Button } from '../../ui/Button'
import { DateTimeField } from '../../ui/DateTimeField'
import { SelectField, TextField } from '../../ui/Field'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { formErrors } from '../shared/fieldErrors'
import { ScopePicker } from './ScopePicker'

interface TokenFormProps {
  create: UseMutationResult<CreatedToken, Error, TokenRequest>
  /** What can be chosen from. */
  groups: readonly ScopeGroup[]
  /** Why these and no others. */
  scopeHelp: string
  /** How long it lives unless something else is chosen. */
  firstLifetime: Lifetime
  /** The workspace that the token is cut to. */
  workspaceId?: string
  leaveLabel: string
  onLeave: () => void
  onCreated: (token: CreatedToken) => void
  /** Fields between the name and the end. */
  children?: ReactNode
}

const FIELDS = ['/name', '/expires_at', '/scope'] as const
type Field = (typeof FIELDS)[number]

/** Asks for a token: its name, its end, and what it may do. */
export function TokenForm(props: TokenFormProps) {
  const { create, groups, workspaceId } = props
  const texts = useTexts()
  const words = texts.tokens
  const [name, setName] = useState('')
  const [chosen, setChosen] = useState<ReadonlySet<Permission>>(new Set())
  const [lifetime, setLifetime] = useState<Lifetime>(props.firstLifetime)
  const [custom, setCustom] = useState<string>()
  const [own, setOwn] = useState<Partial<Record<Field, ErrorCode>>>({})
  const nameInput = useRef<HTMLInputElement>(null)
  const endInput = useRef<HTMLInputElement>(null)
  const scopeBox = useRef<HTMLFieldSetElement>(null)

  // A right that another reach does not offer stays chosen in case the reach is changed back, and is not sent.
  const scope = groups.flatMap((group) => group.permissions).filter((permission) => chosen.has(permission))

  const touch = (field: Field) => {
    setOwn((before) => ({ ...before, [field]: undefined }))
    create.reset()
  }
  const focusFirst = (isWrong: (field: Field) => boolean) => {
    const first = FIELDS.find(isWrong)
    if (first === '/name') nameInput.current?.focus()
    if (first === '/expires_at') endInput.current?.focus()
    if (first === '/scope') scopeBox.current?.querySelector('input')?.focus()
  }

  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    const expiresAt = expiryOf(lifetime, custom, serverNow())
    const found: Partial<Record<Field, ErrorCode>> = {}
    if (!isName(name)) found['/name'] = name === '' ? 'field.required' : 'name.malformed'
    if (scope.length === 0) found['/scope'] = 'field.required'
    if (expiresAt === undefined) found['/expires_at'] = 'field.required'
    setOwn(found)
    if (expiresAt === undefined || Object.keys(found).length > 0) {
      create.reset()
      focusFirst((field) => found[field] !== undefined)
      return
    }
    create.mutate(
      { name, scope, workspace_id: workspaceId, expires_at: expiresAt },
      {
        onSuccess: (token) => {
          // The answer holds the secret, which lives where it is shown and nowhere else.
          create.reset()
          props.onCreated(token)
        },
        onError: (thrown) => {
          const placed = formErrors(texts, asApiError(thrown), FIELDS)
          focusFirst((field) => placed.at(field) !== undefined)
        },
      },
    )
  }

  const errors = formErrors(texts, create.isError ? asApiError(create.error) : null, FIELDS, own)
  const endError = errors.at('/expires_at')
  return (
    <form className="drawer-form" onSubmit={submit} noValidate>
      <div className="form drawer-fields">
        {errors.rest && <ProblemNotice error={errors.rest} />}
        <TextField
          ref={nameInput}
          label={words.name}
          description={words.nameHelp}
          error={errors.at('/name')}
          name="name"
          required
          autoFocus
          value={name}
          onChange={(value) => {
            setName(value)
            touch('/name')
          }}
        />
        {props.children}
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
            ref={endInput}
            label={words.expiresAt}
            required
            value={toLocalInput(custom)}
            error={endError}
            onChange={(value) => {
              setCustom(fromLocalInput(value))
              touch('/expires_at')
            }}
          />
        ) : (
          endError && (
            <p className="field-problem" role="alert">
              {endError}
            </p>
          )
        )}
        <ScopePicker
          ref={scopeBox}
          groups={groups}
          help={props.scopeHelp}
          chosen={chosen}
          error={own['/scope'] ? words.chooseScope : errors.at('/scope')}
          onChange={(next) => {
            setChosen(next)
            touch('/scope')
          }}
        />
      </div>
      <div className="drawer-foot">
        <Button onClick={props.onLeave}>{props.leaveLabel}</Button>
        <Button tone="primary" type="submit" loading={create.isPending}>
          {words.create}
        </Button>
      </div>
    </form>
  )
}
