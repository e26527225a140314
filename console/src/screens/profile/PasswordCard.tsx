import { type SubmitEvent, useRef, useState } from 'react'
import { asApiError, fieldProblems } from '../../api/problem'
import { useChangePassword } from '../../api/profile'
import type { FieldProblem } from '../../api/types'
import { useTexts } from '../../i18n/context'
import { fieldText } from '../../i18n/problemText'
import { serverNow } from '../../lib/clock'
import { checkNewPassword } from '../../lib/newPassword'
import { Button } from '../../ui/Button'
import { Card } from '../../ui/Card'
import { PasswordField } from '../../ui/Field'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { notify } from '../../ui/Toasts'
import { Throttled } from '../login/Throttled'

type FieldName = 'current' | 'new' | 'repeat'

/** Changes the own password. */
export function PasswordCard({ name }: { name: string }) {
  const texts = useTexts()
  const words = texts.people.password
  const change = useChangePassword()
  const [values, setValues] = useState({ current: '', new: '', repeat: '' })
  const [errors, setErrors] = useState<Partial<Record<FieldName, string>>>({})
  const [waitUntil, setWaitUntil] = useState<number | null>(null)
  const inputs = {
    current: useRef<HTMLInputElement>(null),
    new: useRef<HTMLInputElement>(null),
    repeat: useRef<HTMLInputElement>(null),
  }

  const show = (field: FieldName, text: string) => {
    setErrors({ [field]: text })
    inputs[field].current?.focus()
  }
  const say = (code: FieldProblem['code']) => fieldText(texts, { pointer: '', code, params: {} })

  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    setWaitUntil(null)
    change.reset()
    if (values.current === '') return show('current', say('field.required'))
    const problem = checkNewPassword(values.new, values.repeat)
    if (problem?.field === 'password') return show('new', say(problem.code))
    if (problem) return show('repeat', words.repeatDiffers)
    setErrors({})
    change.mutate(
      { current: values.current, new: values.new },
      {
        onSuccess: () => {
          setValues({ current: '', new: '', repeat: '' })
          notify(words.changed)
        },
        onError: (thrown) => {
          const error = asApiError(thrown)
          if (error.retryAfterSeconds !== null) setWaitUntil(serverNow() + error.retryAfterSeconds * 1000)
          const found = error.errors[0]
          if (found?.pointer === '/current') show('current', fieldText(texts, found))
          else if (found) show('new', fieldText(texts, found))
        },
      },
    )
  }

  const set = (field: FieldName) => (value: string) => setValues((before) => ({ ...before, [field]: value }))
  const error = change.isError ? asApiError(change.error) : null
  return (
    <Card title={words.title}>
      <form className="form card-form" onSubmit={submit} noValidate>
        {error?.code === 'session.throttled' && waitUntil !== null ? (
          <Throttled until={waitUntil} />
        ) : (
          error && fieldProblems(error).length === 0 && <ProblemNotice error={error} />
        )}
        <p className="lead">{words.changeHelp}</p>
        {/* Tells a password manager whose password it is. */}
        <input className="visually-hidden" type="text" autoComplete="username" value={name} readOnly tabIndex={-1} aria-hidden />
        <PasswordField
          ref={inputs.current}
          label={words.current}
          error={errors.current}
          name="current"
          required
          value={values.current}
          onChange={set('current')}
          autoComplete="current-password"
        />
        <PasswordField
          ref={inputs.new}
          label={words.new}
          description={words.newHelp}
          error={errors.new}
          name="new"
          required
          value={values.new}
          onChange={set('new')}
          autoComplete="new-password"
        />
        <PasswordField
          ref={inputs.repeat}
          label={words.repeat}
          error={errors.repeat}
          name="repeat"
          required
          value={values.repeat}
          onChange={set('repeat')}
          autoComplete="new-password"
        />
        <div>
          <Button tone="primary" type="submit" loading={change.isPending}>
            {words.change}
          </Button>
        </div>
      </form>
    </Card>
  )
}
