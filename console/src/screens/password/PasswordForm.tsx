import { type SubmitEvent, useRef, useState } from 'react'
import { asApiError, fieldProblems } from '../../api/problem'
import { useSetPassword } from '../../api/profile'
import { useTexts } from '../../i18n/context'
import { fieldText } from '../../i18n/problemText'
import { checkNewPassword } from '../../lib/newPassword'
import { Button } from '../../ui/Button'
import { PasswordField } from '../../ui/Field'
import { ProblemNotice } from '../../ui/ProblemNotice'

interface PasswordFormProps {
  token: string
  /** With the name of who is signed in now. */
  onDone: (name: string) => void
  /** The link turned out to be used or too old. */
  onLinkInvalid: () => void
}

export function PasswordForm({ token, onDone, onLinkInvalid }: PasswordFormProps) {
  const texts = useTexts()
  const words = texts.people.password
  const setByLink = useSetPassword()
  const [password, setPassword] = useState('')
  const [repeat, setRepeat] = useState('')
  const [errors, setErrors] = useState<{ password?: string; repeat?: string }>({})
  const passwordInput = useRef<HTMLInputElement>(null)
  const repeatInput = useRef<HTMLInputElement>(null)

  const show = (field: 'password' | 'repeat', text: string) => {
    setErrors({ [field]: text })
    const input = field === 'password' ? passwordInput : repeatInput
    input.current?.focus()
  }

  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    const problem = checkNewPassword(password, repeat)
    if (problem) {
      show(
        problem.field,
        problem.code === 'differs'
          ? words.repeatDiffers
          : fieldText(texts, { pointer: '/password', code: problem.code, params: {} }),
      )
      return
    }
    setErrors({})
    setByLink.mutate(
      { token, password },
      {
        onSuccess: (session) => onDone(session.user.name),
        onError: (thrown) => {
          const error = asApiError(thrown)
          const found = fieldProblems(error)[0]
          if (error.code === 'link.invalid') onLinkInvalid()
          else if (found) show('password', fieldText(texts, found))
        },
      },
    )
  }

  const error = setByLink.isError ? asApiError(setByLink.error) : null
  return (
    <form className="form" onSubmit={submit} noValidate>
      {error && fieldProblems(error).length === 0 && <ProblemNotice error={error} />}
      <PasswordField
        ref={passwordInput}
        label={words.new}
        description={words.newHelp}
        error={errors.password}
        name="password"
        required
        value={password}
        onChange={setPassword}
        autoComplete="new-password"
      />
      <PasswordField
        ref={repeatInput}
        label={words.repeat}
        error={errors.repeat}
        name="repeat"
        required
        value={repeat}
        onChange={setRepeat}
        autoComplete="new-password"
      />
      <Button tone="primary" type="submit" fullWidth loading={setByLink.isPending}>
        {words.set}
      </Button>
    </form>
  )
}
