import { type SubmitEvent, useState } from 'react'
import { asApiError, fieldProblems } from '../../api/problem'
import { useSetPullAccount } from '../../api/sharing'
import type { FieldProblem, Registry, RegistrySharing } from '../../api/types'
import { useBook } from '../../i18n/book'
import { overviewBook } from '../../i18n/books/overview'
import { useTexts } from '../../i18n/context'
import { fieldText } from '../../i18n/problemText'
import { Button } from '../../ui/Button'
import { PasswordField, TextField } from '../../ui/Field'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { notify } from '../../ui/Toasts'

interface PullAccountFormProps {
  registry: Registry
  seen: RegistrySharing
  onFinished: () => void
}

/** Takes an account that can only pull; it is tried before it is kept. */
export function PullAccountForm({ registry, seen, onFinished }: PullAccountFormProps) {
  const texts = useTexts()
  const words = useBook(overviewBook).sharing
  const set = useSetPullAccount(registry.id)
  const [username, setUsername] = useState('')
  const [password, setPassword] = useState('')
  const [tried, setTried] = useState(false)

  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    setTried(true)
    if (set.isPending || username === '' || password === '') return
    set.mutate(
      { seen, username, password },
      {
        onSuccess: (kept) => {
          const writes = kept.conditions.some(({ type, status }) => type === 'PullOnly' && status === 'false')
          notify(writes ? words.accountCanWrite : words.accountKept(registry.name))
          onFinished()
        },
      },
    )
  }

  const error = set.isError ? asApiError(set.error) : null
  const answered = error ? fieldProblems(error) : []
  const problem = (pointer: string, empty: boolean): string | undefined => {
    const missing: FieldProblem | undefined =
      tried && empty ? { pointer, code: 'field.required', params: {} } : undefined
    const found = missing ?? answered.find((one) => one.pointer === pointer)
    return found && fieldText(texts, found)
  }
  return (
    <form className="form" onSubmit={submit} noValidate>
      <div className="dialog-lead">
        <p>{words.accountHelp}</p>
      </div>
      {error && answered.length === 0 && <ProblemNotice error={error} />}
      <TextField
        label={words.username}
        name="username"
        required
        autoFocus
        mono
        value={username}
        onChange={setUsername}
        error={problem('/username', username === '')}
      />
      <PasswordField
        label={words.password}
        description={words.passwordHelp}
        name="password"
        required
        autoComplete="off"
        value={password}
        onChange={setPassword}
        error={problem('/password', password === '')}
      />
      <div className="dialog-foot">
        <Button onClick={onFinished}>{texts.action.cancel}</Button>
        <Button tone="primary" type="submit" loading={set.isPending}>
          {words.saveAccount}
        </Button>
      </div>
    </form>
  )
}
