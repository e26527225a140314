import { useBlocker } from '@tanstack/react-router'
import { useQueryClient } from '@tanstack/react-query'
import { type SubmitEvent, useState } from 'react'
import { descriptionQuery, useDescribe } from '../../api/descriptions'
import { asApiError } from '../../api/problem'
import type { RepositoryDescription } from '../../api/types'
import { useBook } from '../../i18n/book'
import { descriptionBook } from '../../i18n/books/description'
import { useI18n } from '../../i18n/context'
import { bytesOf, changedLines, MOST_BYTES } from '../../lib/markdown'
import { Button } from '../../ui/Button'
import { TextAreaField } from '../../ui/Field'
import { GuardedButton } from '../../ui/GuardedButton'
import { Notice } from '../../ui/Notice'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { Segments } from '../../ui/Segments'
import { notify } from '../../ui/Toasts'
import { formErrors } from '../shared/fieldErrors'
import { Question } from '../shared/Question'
import { MarkdownText } from './MarkdownText'

/** Changed lines that are shown of somebody else's edit. */
const SHOWN_LINES = 12

type View = 'writing' | 'preview'

interface DescriptionEditorProps {
  repositoryId: string
  /** As it was when editing began. */
  read: RepositoryDescription
  /** As it is now. */
  latest: RepositoryDescription
  onFinished: () => void
}

/** Writes what is said about a repository. */
export function DescriptionEditor({ repositoryId, read, latest, onFinished }: DescriptionEditorProps) {
  const { texts, format } = useI18n()
  const words = useBook(descriptionBook)
  const queryClient = useQueryClient()
  const describe = useDescribe(repositoryId)
  const [base, setBase] = useState(read)
  const [text, setText] = useState(read.text)
  const [view, setView] = useState<View>('writing')
  const [leaving, setLeaving] = useState(false)
  const changed = text !== base.text
  const blocker = useBlocker({
    shouldBlockFn: ({ current, next }) => changed && !describe.isSuccess && current.pathname !== next.pathname,
    enableBeforeUnload: () => changed && !describe.isSuccess,
    withResolver: true,
  })
  // One's own edit comes back by itself, perhaps before the answer to it.
  const isOther = latest.revision !== base.revision && !describe.isPending && !describe.isSuccess
  const theirs = isOther && latest.text !== base.text ? latest : null
  const left = MOST_BYTES - bytesOf(text)
  const blocked = theirs ? words.settleFirst : left < 0 ? words.over(format.number(-left)) : changed ? undefined : words.unchanged

  const settle = (found: RepositoryDescription, take: boolean) => {
    setBase(found)
    if (take) setText(found.text)
    describe.reset()
  }

  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    if (blocked !== undefined || describe.isPending) return
    // The same text of a later revision, written away and back, is no conflict.
    const { revision } = isOther ? latest : base
    describe.mutate(
      { revision, text },
      {
        onSuccess: (saved) => {
          notify(saved.text === '' ? words.removed : words.saved)
          onFinished()
        },
        onError: (thrown) => {
          if (asApiError(thrown).code !== 'request.stale') return
          void queryClient.refetchQueries({ queryKey: descriptionQuery(repositoryId).queryKey })
        },
      },
    )
  }

  const error = describe.isError ? asApiError(describe.error) : null
  const errors = formErrors(texts, error?.code === 'request.stale' ? null : error, ['/text'])
  const asked = leaving || blocker.status === 'blocked'
  return (
    <form className="description-editor" onSubmit={submit} noValidate>
      {theirs && <Conflict base={base} theirs={theirs} onSettle={(take) => settle(theirs, take)} />}
      {errors.rest && <ProblemNotice error={errors.rest} />}
      <Segments<View>
        label={words.view}
        segments={[
          { value: 'writing', label: words.writing, count: null },
          { value: 'preview', label: words.preview, count: null },
        ]}
        value={view}
        onChange={setView}
      />
      {view === 'writing' ? (
        <TextAreaField
          ref={focusAtStart}
          label={words.label}
          hiddenLabel
          mono
          rows={14}
          description={words.help}
          error={left < 0 ? words.over(format.number(-left)) : errors.at('/text')}
          value={text}
          onChange={setText}
        />
      ) : (
        <div className="description-preview" role="region" aria-label={words.preview} tabIndex={0}>
          {text.trim() === '' ? <p className="muted">{words.nothing}</p> : <MarkdownText text={text} />}
        </div>
      )}
      <div className="description-foot">
        <p className="fine num">
          {left >= 0 && words.left(format.number(left))}
          {base.text !== '' && text.trim() === '' && <> · {words.takesAway}</>}
        </p>
        <div className="inline-actions">
          <Button size="xs" onClick={() => (changed ? setLeaving(true) : onFinished())}>
            {texts.action.cancel}
          </Button>
          <GuardedButton size="xs" tone="primary" type="submit" loading={describe.isPending} blocked={blocked}>
            {texts.action.save}
          </GuardedButton>
        </div>
      </div>
      <Question
        opened={asked}
        title={words.leaveTitle}
        texts={[words.leave]}
        submit={words.discard}
        pending={false}
        error={null}
        onClose={() => {
          setLeaving(false)
          blocker.reset?.()
        }}
        onSubmit={() => (blocker.status === 'blocked' ? blocker.proceed() : onFinished())}
      />
    </form>
  )
}

interface ConflictProps {
  base: RepositoryDescription
  theirs: RepositoryDescription
  onSettle: (take: boolean) => void
}

/** What somebody else has changed, and whose text goes on. */
function Conflict({ base, theirs, onSettle }: ConflictProps) {
  const words = useBook(descriptionBook)
  const { removed, added } = changedLines(base.text, theirs.text)
  return (
    <Notice
      tone="warn"
      urgent
      title={words.conflict}
      actions={
        <>
          <Button size="xs" onClick={() => onSettle(false)}>
            {words.keepMine}
          </Button>
          <Button size="xs" onClick={() => onSettle(true)}>
            {words.takeTheirs}
          </Button>
        </>
      }
    >
      <Lines title={words.removedLines} lines={removed} />
      <Lines title={words.addedLines} lines={added} />
      <p>{words.conflictHelp}</p>
    </Notice>
  )
}

function Lines({ title, lines }: { title: string; lines: readonly string[] }) {
  const { format } = useI18n()
  const words = useBook(descriptionBook)
  if (lines.length === 0) return null
  const hidden = lines.length - SHOWN_LINES
  return (
    <>
      <p>{title}</p>
      <pre className="markdown-plain" dir="auto" tabIndex={0}>
        {lines.slice(0, SHOWN_LINES).join('\n')}
      </pre>
      {hidden > 0 && <p className="fine">{words.moreLines(format.number(hidden))}</p>}
    </>
  )
}

/** Puts the cursor before the text as soon as the box is there. */
function focusAtStart(area: HTMLTextAreaElement | null): void {
  if (!area || document.activeElement === area) return
  area.focus()
  area.setSelectionRange(0, 0)
}
