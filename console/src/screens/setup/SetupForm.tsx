import { type SubmitEvent, useRef, useState } from 'react'
import { asApiError, fieldProblems } from '../../api/problem'
import { useCompleteSetup } from '../../api/session'
import type { ErrorCode } from '../../api/types'
import { useTexts } from '../../i18n/context'
import { fieldText } from '../../i18n/problemText'
import { isName, isPasswordLength } from '../../lib/names'
import { Button } from '../../ui/Button'
import { PasswordField, TextField } from '../../ui/Field'
import { ProblemNotice } from '../../ui/ProblemNotice'

type FieldName = 'name' | 'password' | 'repeat'
type FieldErrors = Partial<Record<FieldName, string>>

interface SetupFormProps {
  token: string
  onDone: () => void
  /** The link turned out to be used or too old. */
  onLinkInvalid: () => void
  /** Somebody else was faster. */
  onAlreadyDone: () => void
}

export function SetupForm({ token, onDone, onLinkInvalid, onAlreadyDone }: SetupFormProps) {
  const texts = useTexts()
  const completeSetup = useCompleteSetup()
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const [repeat, setRepeat] = useState('')
  const [errors, setErrors] = useState<FieldErrors>({})
  const inputs = {
    name: useRef<HTMLInputElement>(null),
    password: useRef<HTMLInputElement>(null),
    repeat: useRef<HTMLInputElement>(null),
  }

  const show = (next: FieldErrors) => {
    setErrors(next)
    const first = (['name', 'password', 'repeat'] as const).find((field) => next[field])
    if (first) inputs[first].current?.focus()
  }

  const say = (code: ErrorCode) => fieldText(texts, { pointer: '', code, params: {} })

  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    const found: FieldErrors = {}
    if (!isName(name)) found.name = say(name === '' ? 'field.required' : 'name.malformed')
    if (!isPasswordLength(password)) found.password = say('password.length')
    else if (repeat !== password) found.repeat = texts.setup.repeatDiffers
    show(found)
    if (Object.keys(found).length > 0) return

    completeSetup.mutate(
      { token, name, password },
      {
        onSuccess: onDone,
        onError: (thrown) => {
          const error = asApiError(thrown)
          if (error.code === 'setup.link_invalid') onLinkInvalid()
          else if (error.code === 'setup.done') onAlreadyDone()
          else {
            show(
              Object.fromEntries(
                fieldProblems(error).map((problem) => [problem.pointer.slice(1), fieldText(texts, problem)]),
              ),
            )
          }
        },
      },
    )
  }

  const error = completeSetup.isError ? asApiError(completeSetup.error) : null
  return (
    <form className="form" onSubmit={submit} noValidate>
      {error && fieldProblems(error).length === 0 && <ProblemNotice error={error} />}
      <TextField
        ref={inputs.name}
        label={texts.setup.name}
        description={texts.setup.nameHelp}
        error={errors.name}
        name="name"
        required
        value={name}
        onChange={setName}
        autoComplete="username"
      />
      <PasswordField
        ref={inputs.password}
        label={texts.setup.password}
        description={texts.setup.passwordHelp}
        error={errors.password}
        name="password"
        required
        value={password}
        onChange={setPassword}
        autoComplete="new-password"
      />
      <PasswordField
        ref={inputs.repeat}
        label={texts.setup.repeat}
        error={errors.repeat}
        name="repeat"
        required
        value={repeat}
        onChange={setRepeat}
        autoComplete="new-password"
      />
      <Button tone="primary" type="submit" fullWidth loading={completeSetup.isPending}>
        {texts.setup.submit}
      </Button>
    </form>
  )
}
