import { useState } from 'react'
import { useEndHook, useIssueHook } from '../../api/hooks'
import { asApiError } from '../../api/problem'
import type { Hook, IssuedHook, Registry } from '../../api/types'
import { useBook } from '../../i18n/book'
import { overviewBook } from '../../i18n/books/overview'
import { useTexts } from '../../i18n/context'
import { Button } from '../../ui/Button'
import { Copy } from '../../ui/Copy'
import { Dialog } from '../../ui/Dialog'
import { Notice } from '../../ui/Notice'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { notify } from '../../ui/Toasts'
import { Question } from '../shared/Question'
import type { AskedOfHook } from './HookCard'

interface HookDialogsProps {
  registry: Registry
  hook: Hook
  asking: AskedOfHook | null
  onClose: () => void
}

/** The questions of the card, one at a time. */
export function HookDialogs({ registry, hook, asking, onClose }: HookDialogsProps) {
  const words = useBook(overviewBook).hooks
  const end = useEndHook(registry.id)
  const closed = () => {
    end.reset()
    onClose()
  }
  return (
    <>
      <IssueDialog registry={registry} hook={hook} opened={asking === 'issue'} onClose={onClose} />
      <Question
        opened={asking === 'remove'}
        title={words.removeTitle(registry.name)}
        texts={[words.removeLead]}
        submit={words.remove}
        pending={end.isPending}
        error={end.error}
        onClose={closed}
        onSubmit={() =>
          end.mutate(undefined, {
            onSuccess: () => {
              notify(words.removed)
              closed()
            },
          })
        }
      />
    </>
  )
}

interface IssueDialogProps {
  registry: Registry
  hook: Hook
  opened: boolean
  onClose: () => void
}

/** Says what is about to happen, and then shows the snippet, this once. */
function IssueDialog({ registry, hook, opened, onClose }: IssueDialogProps) {
  const texts = useTexts()
  const words = useBook(overviewBook).hooks
  const issue = useIssueHook(registry.id)
  const [issued, setIssued] = useState<IssuedHook | null>(null)
  // Once issued there is a hook to rotate; the question that was asked stays what it was.
  const [rotating, setRotating] = useState(false)
  const rotates = issued ? rotating : hook.configured
  const close = () => {
    issue.reset()
    setIssued(null)
    onClose()
  }
  const submit = () => {
    setRotating(hook.configured)
    issue.mutate(undefined, { onSuccess: setIssued })
  }
  return (
    <Dialog
      opened={opened}
      onClose={close}
      title={rotates ? words.rotateTitle(registry.name) : words.setUpTitle(registry.name)}
      width={640}
    >
      {issued ? (
        <div className="form">
          <Notice tone="warn" urgent title={words.copyNow}>
            <p>{words.once}</p>
          </Notice>
          <section className="example">
            <h3>{words.snippet}</h3>
            <p className="fine">{words.restart}</p>
            <div className="command">
              {/* What cannot be copied can be selected, by the keyboard too. */}
              <pre className="mono raw" tabIndex={0} aria-label={words.snippet}>
                {issued.snippet}
              </pre>
              <Copy value={issued.snippet} what={words.snippetWhat} />
            </div>
          </section>
          {issued.address == null && (
            <Notice tone="warn">
              <p>{words.noAddress}</p>
            </Notice>
          )}
          <div className="dialog-foot">
            <Button tone="primary" onClick={close}>
              {words.done}
            </Button>
          </div>
        </div>
      ) : (
        <div className="form">
          <div className="dialog-lead">
            <p>{rotates ? words.rotateLead : words.setUpLead}</p>
            <p>{rotates ? words.rotateNext : words.setUpNext}</p>
          </div>
          {issue.isError && <ProblemNotice error={asApiError(issue.error)} />}
          <div className="dialog-foot">
            <Button data-autofocus onClick={close}>
              {texts.action.cancel}
            </Button>
            <Button tone="primary" loading={issue.isPending} onClick={submit}>
              {rotates ? words.rotate : words.setUp}
            </Button>
          </div>
        </div>
      )}
    </Dialog>
  )
}
