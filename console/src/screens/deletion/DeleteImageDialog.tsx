import { useQuery } from '@tanstack/react-query'
import { type SubmitEvent, useEffect, useRef, useState } from 'react'
import { deletionPlanQuery, useDeleteImage } from '../../api/deletion'
import { type ApiError, asApiError } from '../../api/problem'
import type { ErrorCode, ImageDeletion, Repository } from '../../api/types'
import { openBooks, useBook } from '../../i18n/book'
import { deletionBook } from '../../i18n/books/deletion'
import { useI18n } from '../../i18n/context'
import { errorText } from '../../i18n/problemText'
import { type DeletionTarget, isChange, tagsGoing } from '../../lib/deletion'
import { shortDigest } from '../../lib/reference'
import { Button } from '../../ui/Button'
import { Dialog } from '../../ui/Dialog'
import { TextField } from '../../ui/Field'
import { Notice } from '../../ui/Notice'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { Skeleton } from '../../ui/Skeleton'
import { notify } from '../../ui/Toasts'
import { useShown } from '../shared/useShown'
import { DeletionPlan, Refusal } from './DeletionPlan'

/** Fetches the dialog's texts, so that the page does not wait for them when it opens. */
export const openTexts = () => openBooks([deletionBook])

interface DeleteImageDialogProps {
  repository: Repository
  /** What is to be deleted; null keeps the dialog closed. */
  target: DeletionTarget | null
  onClose: () => void
  onDeleted?: () => void
}

/** Asks before a tag or an artifact is deleted in its registry, having looked there what would go. */
export function DeleteImageDialog({ repository, target, onClose, onDeleted }: DeleteImageDialogProps) {
  const words = useBook(deletionBook)
  const shown = useShown(target)
  // Where a tag cannot go alone, the artifact may be meant instead.
  const [instead, setInstead] = useState<DeletionTarget | null>(null)
  useEffect(() => {
    if (target) setInstead(null)
  }, [target])
  if (!shown) return null
  const meant = instead ?? shown
  const title = meant.type === 'tag' ? words.tagTitle(meant.name) : words.artifactTitle(shortDigest(meant.digest))
  return (
    <Dialog opened={target !== null} onClose={onClose} title={title} width={520}>
      <Question
        key={JSON.stringify(meant)}
        repository={repository}
        target={meant}
        refocus={instead !== null}
        onArtifact={(digest) => setInstead({ type: 'artifact', digest })}
        onClose={onClose}
        onDeleted={onDeleted}
      />
    </Dialog>
  )
}

interface QuestionProps extends Pick<DeleteImageDialogProps, 'repository' | 'onClose' | 'onDeleted'> {
  target: DeletionTarget
  /** What had the focus went away with the question before this one. */
  refocus: boolean
  onArtifact: (digest: string) => void
}

/** Why an attempt came to nothing although all was well: the registry is not any more as it was looked at. */
function changeOf(error: ApiError): ErrorCode | undefined {
  return [error.code, ...error.errors.map((each) => each.code)].find(isChange) as ErrorCode | undefined
}

function Question({ repository, target, refocus, onArtifact, onClose, onDeleted }: QuestionProps) {
  const { texts, format } = useI18n()
  const words = useBook(deletionBook)
  const query = useQuery(deletionPlanQuery(repository.id, target))
  const remove = useDeleteImage(repository)
  const [typed, setTyped] = useState('')
  const [changed, setChanged] = useState<ErrorCode | null>(null)
  const cancel = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    if (refocus) cancel.current?.focus()
  }, [refocus])

  // While it is looked at again, what was seen before is not to be agreed to.
  const plan = query.isFetching ? undefined : query.data
  const digest = plan?.digest ?? undefined
  const error = remove.isError ? asApiError(remove.error) : null
  const needed = plan?.confirmation_needed ?? false
  const possible = plan !== undefined && !plan.refusal && (target.type === 'artifact' || digest !== undefined)
  const ready = possible && (!needed || typed === plan.repository)

  const lookAgain = () => {
    remove.reset()
    setTyped('')
    // What was pressed goes away, or cannot be pressed any more.
    cancel.current?.focus()
    void query.refetch()
  }
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    if (!ready || remove.isPending) return
    setChanged(null)
    remove.mutate(
      { target, digest, confirm: needed ? plan.repository : undefined },
      {
        onSuccess: (done) => {
          notify(outcome(done))
          onClose()
          onDeleted?.()
        },
        onError: (failure) => {
          const change = changeOf(asApiError(failure))
          if (change === undefined) return
          setChanged(change)
          lookAgain()
        },
      },
    )
  }
  const outcome = (done: ImageDeletion) => {
    if (done.already_gone) return words.doneGone
    if (target.type === 'tag') return words.doneTag(target.name)
    return done.tags.total > 1 ? words.doneTags(format.number(done.tags.total)) : words.doneArtifact(shortDigest(target.digest))
  }
  const verb = () => {
    if (plan === undefined) return words.submit
    const going = tagsGoing(plan)
    if (plan.already_gone) return words.submitGone
    return going === 0 ? words.submitArtifact : words.submitTags(format.number(going), going === 1)
  }

  return (
    <form className="form" onSubmit={submit} noValidate>
      {changed && (
        <Notice tone="warn" urgent title={changed === 'tag.moved' ? words.movedTitle : words.changedTitle}>
          {changed !== 'tag.moved' && <p>{errorText(texts, changed).title}</p>}
          <p>{words.moved}</p>
        </Notice>
      )}
      {query.isError && !query.isFetching ? (
        <ProblemNotice error={asApiError(query.error)} title={words.failedTitle} onRetry={lookAgain} />
      ) : plan === undefined ? (
        <div aria-busy>
          <p className="fine" role="status">
            {words.looking}
          </p>
          <Skeleton width="100%" height={96} />
        </div>
      ) : plan.refusal ? (
        <Refusal plan={plan} repository={repository} onArtifact={onArtifact} onLookAgain={lookAgain} onLeave={onClose} />
      ) : (
        <>
          <DeletionPlan plan={plan} repository={repository} onLeave={onClose} />
          {target.type === 'tag' && target.digest !== null && digest !== undefined && digest !== target.digest && !changed && (
            <Notice tone="warn" title={words.otherDigestTitle}>
              <p>{words.otherDigest(shortDigest(digest))}</p>
            </Notice>
          )}
          {needed && <TextField label={words.confirm(plan.repository)} value={typed} onChange={setTyped} />}
        </>
      )}
      {error && changeOf(error) === undefined && <ProblemNotice error={error} />}
      <div className="dialog-foot">
        <Button ref={cancel} data-autofocus onClick={onClose}>
          {texts.action.cancel}
        </Button>
        {!plan?.refusal && (
          <Button tone="danger" type="submit" disabled={!ready} loading={remove.isPending}>
            {verb()}
          </Button>
        )}
      </div>
    </form>
  )
}
