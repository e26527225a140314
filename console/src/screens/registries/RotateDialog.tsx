import { useQueryClient } from '@tanstack/react-query'
import { type SubmitEvent, useRef, useState } from 'react'
import { asApiError, fieldProblems } from '../../api/problem'
import { asFull, registryKey, registryQuery, useEditRegistry } from '../../api/registries'
import type { FieldProblem, Registry } from '../../api/types'
import { testOfSaving } from '../../api/useRegistryTest'
import { useTexts } from '../../i18n/context'
import { fieldText } from '../../i18n/problemText'
import { Button } from '../../ui/Button'
import { Dialog } from '../../ui/Dialog'
import { PasswordField } from '../../ui/Field'
import { KeyValues } from '../../ui/KeyValues'
import { Notice } from '../../ui/Notice'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { notify } from '../../ui/Toasts'
import { TestSteps } from '../registry/TestSteps'
import { useShown } from '../shared/useShown'
import { SaveFailure } from './SaveFailure'

interface RotateDialogProps {
  /** The registry whose account gets a new password; null keeps the dialog closed. */
  registry: Registry | null
  onClose: () => void
}

/** Takes a new password for the account of a registry, which is tried before it is stored. */
export function RotateDialog({ registry, onClose }: RotateDialogProps) {
  const { registryEdit: words } = useTexts()
  const shown = useShown(registry)
  if (!shown) return null
  return (
    <Dialog opened={registry !== null} onClose={onClose} title={words.rotateTitle(shown.name)} width={540}>
      <RotateForm key={shown.id} read={shown} onFinished={onClose} />
    </Dialog>
  )
}

interface RotateFormProps {
  read: Registry
  onFinished: () => void
}

function RotateForm({ read, onFinished }: RotateFormProps) {
  const texts = useTexts()
  const words = texts.registryEdit
  const queryClient = useQueryClient()
  const edit = useEditRegistry()
  // The version that was read when the dialog opened: the password is meant for its address and account.
  const [base, setBase] = useState(read)
  const [password, setPassword] = useState('')
  const [missing, setMissing] = useState(false)
  const input = useRef<HTMLInputElement>(null)

  const reload = async () => {
    // The password was typed for what this dialog has shown so far.
    setPassword('')
    const found = asFull(await queryClient.fetchQuery({ ...registryQuery(base.id), staleTime: 0 }).catch(() => null))
    if (found === null) return
    queryClient.setQueryData(registryKey(found.id), found)
    setBase(found)
    edit.reset()
    input.current?.focus()
  }

  const save = (saveAnyway: boolean) => {
    if (edit.isPending) return
    setMissing(password === '')
    if (password === '') {
      input.current?.focus()
      return
    }
    edit.mutate(
      { registry: base, changes: { password, ...(saveAnyway ? { save_anyway: true } : {}) } },
      {
        onSuccess: (saved) => {
          notify(saved.verified ? words.rotated(saved.name) : texts.integrate.doneUnverified(saved.name))
          onFinished()
        },
      },
    )
  }

  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    save(false)
  }

  const error = edit.isError ? asApiError(edit.error) : null
  const test = error && testOfSaving(error)
  const stale = error?.code === 'request.stale'
  const problem: FieldProblem | undefined = missing
    ? { pointer: '/password', code: 'field.required', params: {} }
    : error
      ? fieldProblems(error).find(({ pointer }) => pointer === '/password')
      : undefined
  const noAccount = base.username == null
  return (
    <form className="form" onSubmit={submit} noValidate>
      {!test && (
        // Once a test has failed, its steps and the buttons below them need the room.
        <div className="dialog-lead">
          <p>{words.rotateHelp}</p>
          <p>{words.rotateUpstream}</p>
        </div>
      )}
      <div className="fixed-facts">
        <KeyValues
          entries={[
            { key: words.rotateFor, value: <span className="mono break">{base.username ?? words.noAccount}</span> },
            { key: words.rotateAt, value: <span className="mono break">{base.address}</span> },
          ]}
        />
      </div>
      {noAccount && (
        <Notice tone="warn" urgent>
          <p>{words.rotateNoAccount}</p>
        </Notice>
      )}
      {stale && (
        <Notice
          tone="warn"
          urgent
          actions={
            <Button size="xs" onClick={() => void reload()}>
              {texts.action.reload}
            </Button>
          }
        >
          <p>{words.rotateConflict}</p>
        </Notice>
      )}
      {error && !stale && !problem && !error.isUpstream && <ProblemNotice error={error} />}
      <PasswordField
        ref={input}
        label={words.newPassword}
        description={texts.integrate.passwordHelp}
        error={problem && fieldText(texts, problem)}
        required
        autoFocus
        autoComplete="off"
        name="password"
        disabled={noAccount}
        value={password}
        onChange={(typed) => {
          setPassword(typed)
          setMissing(false)
          // What the last attempt said was said about another password.
          if (edit.isError && !stale) edit.reset()
        }}
      />
      {test && (
        <div className="card">
          <TestSteps state={test} />
        </div>
      )}
      <SaveFailure error={error?.isUpstream ? error : null} saving={edit.isPending} onSaveAnyway={() => save(true)} />
      <div className="dialog-foot">
        <Button onClick={onFinished}>{texts.action.cancel}</Button>
        <Button tone="primary" type="submit" loading={edit.isPending} disabled={stale || noAccount}>
          {words.rotateSubmit}
        </Button>
      </div>
    </form>
  )
}
