import { useQueryClient } from '@tanstack/react-query'
import { type SubmitEvent, useRef, useState } from 'react'
import { asApiError, fieldProblems } from '../../api/problem'
import { REGISTRIES_KEY, useConfirmServer } from '../../api/registries'
import type { FieldProblem, Registry } from '../../api/types'
import { testOfSaving } from '../../api/useRegistryTest'
import { useTexts } from '../../i18n/context'
import { fieldText } from '../../i18n/problemText'
import { Button } from '../../ui/Button'
import { Dialog } from '../../ui/Dialog'
import { PasswordField } from '../../ui/Field'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { notify } from '../../ui/Toasts'
import { useShown } from '../shared/useShown'
import { ServerComparison } from './ServerComparison'
import { TestSteps } from './TestSteps'

interface ConfirmServerDialogProps {
  /** The registry in whose place another server answers; null keeps the dialog closed. */
  registry: Registry | null
  onClose: () => void
}

/** Shows which server was expected and which one answers, and takes the password for the new one. */
export function ConfirmServerDialog({ registry, onClose }: ConfirmServerDialogProps) {
  const { registryCare: words } = useTexts()
  const shown = useShown(registry)
  if (!shown) return null
  return (
    <Dialog opened={registry !== null} onClose={onClose} title={words.serverTitle(shown.name)} width={640}>
      <ConfirmForm key={`${shown.id} ${shown.generation}`} read={shown} onFinished={onClose} />
    </Dialog>
  )
}

interface ConfirmFormProps {
  read: Registry
  onFinished: () => void
}

function ConfirmForm({ read, onFinished }: ConfirmFormProps) {
  const texts = useTexts()
  const words = texts.registryCare
  const queryClient = useQueryClient()
  const confirm = useConfirmServer()
  // The server that was seen when the dialog opened: another one is not confirmed with it.
  const [base] = useState(read)
  const [password, setPassword] = useState('')
  const [missing, setMissing] = useState(false)
  const input = useRef<HTMLInputElement>(null)
  const seen = base.suspension?.seen
  const hasAccount = base.username != null

  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    if (confirm.isPending || !seen) return
    if (hasAccount && password === '') {
      setMissing(true)
      input.current?.focus()
      return
    }
    confirm.mutate(
      { registry: base, seen, password: hasAccount ? password : undefined },
      {
        onSuccess: (confirmed) => {
          notify(words.confirmed(confirmed.name))
          onFinished()
        },
      },
    )
  }

  const error = confirm.isError ? asApiError(confirm.error) : null
  const test = error && testOfSaving(error)
  const outdated = error?.code === 'request.stale' || error?.code === 'registry.identity_moved'
  const problem: FieldProblem | undefined = missing
    ? { pointer: '/password', code: 'field.required', params: {} }
    : error
      ? fieldProblems(error).find(({ pointer }) => pointer === '/password')
      : undefined
  return (
    <form className="form" onSubmit={submit} noValidate>
      <div className="dialog-lead">
        <p>{words.serverHelp}</p>
      </div>
      {seen && <ServerComparison expected={base.suspension?.expected} seen={seen} />}
      {error && !problem && (
        <ProblemNotice
          error={error}
          actions={
            outdated && (
              <Button
                size="xs"
                onClick={() => {
                  void queryClient.invalidateQueries({ queryKey: REGISTRIES_KEY })
                  onFinished()
                }}
              >
                {words.movedAgain}
              </Button>
            )
          }
        />
      )}
      {hasAccount && (
        <PasswordField
          ref={input}
          label={texts.registryEdit.newPassword}
          description={words.passwordHelp}
          error={problem && fieldText(texts, problem)}
          required
          autoComplete="off"
          name="password"
          value={password}
          onChange={(typed) => {
            setPassword(typed)
            setMissing(false)
            if (confirm.isError && !outdated) confirm.reset()
          }}
        />
      )}
      {test && (
        <div className="card">
          <TestSteps state={test} />
        </div>
      )}
      <div className="dialog-foot">
        <Button data-autofocus onClick={onFinished}>
          {texts.action.cancel}
        </Button>
        <Button tone="danger" type="submit" loading={confirm.isPending} disabled={outdated}>
          {words.confirmSubmit}
        </Button>
      </div>
    </form>
  )
}
