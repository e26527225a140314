import { type SubmitEvent, useRef, useState } from 'react'
import { asApiError } from '../../api/problem'
import { useLogIn } from '../../api/session'
import { useTexts } from '../../i18n/context'
import { serverNow, useNow } from '../../lib/clock'
import { Button } from '../../ui/Button'
import { Copy } from '../../ui/Copy'
import { PasswordField, TextField } from '../../ui/Field'
import { Fold } from '../../ui/Fold'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { Throttled } from './Throttled'

const RESET_COMMAND = 'roadstead user reset-link <name>'

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
  // Whose attempts are to wait, and until when.
  const [wait, setWait] = useState<{ name: string; until: number } | null>(null)
  const now = useNow()
  const passwordInput = useRef<HTMLInputElement>(null)

  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    logIn.mutate(
      { name: name.trim(), password },
      {
        onSuccess: onSignedIn,
        onError: (thrown) => {
          const { retryAfterSeconds } = asApiError(thrown)
          setWait(retryAfterSeconds === null ? null : { name: name.trim(), until: serverNow() + retryAfterSeconds * 1000 })
          setPassword('')
          passwordInput.current?.focus()
        },
      },
    )
  }

  // Another account may be tried at once.
  const waiting = wait !== null && wait.name === name.trim() && wait.until > now
  const error = logIn.isError ? asApiError(logIn.error) : null
  return (
    <form className="form" onSubmit={submit} noValidate>
      {error && wait && error.code === 'session.throttled' ? (
        <Throttled until={wait.until} />
      ) : (
        error && <ProblemNotice error={error} withRequestId={error.status >= 500} />
      )}
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
        disabled={name.trim() === '' || password === '' || waiting}
      >
        {texts.login.submit}
      </Button>
      <Fold title={texts.people.login.forgot}>
        <p>{texts.people.login.forgotHelp}</p>
        <p>{texts.people.login.forgotHost}</p>
        <p className="command">
          <code className="mono">{RESET_COMMAND}</code>
          <Copy value={RESET_COMMAND} />
        </p>
      </Fold>
    </form>
  )
}
