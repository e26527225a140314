import { type SubmitEvent, useRef, useState } from 'react'
import { asApiError } from '../../api/problem'
import { useLogIn } from '../../api/session'
import { useTexts } from '../../i18n/context'
import { Button } from '../../ui/Button'
import { PasswordField, TextField } from '../../ui/Field'
import { ProblemNotice } from '../../ui/ProblemNotice'

interface LoginFormProps {
  /** Who was signed in before, to be asked for the password only. */
  initialName?: string
  onSignedIn: () => void
}

/** Name and password. A failure is told above both, without saying which of the two was wrong. */
export function LoginForm({ initialName = '', onSignedIn }: LoginFormProps) {
  const texts = useTexts()
  const logIn = useLogIn()
  const [name, setName] = useState(initialName)
  const [password, setPassword] = useState('')
  const passwordInput = useRef<HTMLInputElement>(null)

  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    logIn.mutate(
      { name: name.trim(), password },
      {
        onSuccess: onSignedIn,
        onError: () => {
          setPassword('')
          passwordInput.current?.focus()
        },
      },
    )
  }

  const error = logIn.isError ? asApiError(logIn.error) : null
  return (
    <form className="form" onSubmit={submit} noValidate>
      {error && <ProblemNotice error={error} withRequestId={error.status >= 500} />}
      <TextField label={texts.login.name} name="name" value={name} onChange={setName} autoComplete="username" autoFocus={initialName === ''} />
      <PasswordField
        ref={passwordInput}
        autoFocus={initialName !== ''}
        label={texts.login.password}
        name="password"
        value={password}
        onChange={setPassword}
        autoComplete="current-password"
      />
      <Button
        tone="primary"
        type="submit"
        fullWidth
        loading={logIn.isPending}
        disabled={name.trim() === '' || password === ''}
      >
        {texts.login.submit}
      </Button>
    </form>
  )
}
