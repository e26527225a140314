import { useQuery } from '@tanstack/react-query'
import { type SubmitEvent, useState } from 'react'
import { asApiError } from '../../api/problem'
import { previewQuery, useShare } from '../../api/sharing'
import type { Registry, RegistrySharing } from '../../api/types'
import { useBook } from '../../i18n/book'
import { overviewBook } from '../../i18n/books/overview'
import { useI18n } from '../../i18n/context'
import { reasonText } from '../../i18n/problemText'
import { Button } from '../../ui/Button'
import { CheckboxField } from '../../ui/Field'
import { KeyValues } from '../../ui/KeyValues'
import { Notice } from '../../ui/Notice'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { Spinner } from '../../ui/Spinner'
import { notify } from '../../ui/Toasts'

interface ShareFormProps {
  registry: Registry
  seen: RegistrySharing
  onFinished: () => void
}

/** What sharing would mean, in plain words; then the consent. */
export function ShareForm({ registry, seen, onFinished }: ShareFormProps) {
  const { texts } = useI18n()
  const words = useBook(overviewBook).sharing
  const preview = useQuery(previewQuery(registry.id, seen))
  const share = useShare(registry.id)
  const [agreed, setAgreed] = useState(false)
  const found = preview.data

  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    if (!agreed || !found?.may_share || share.isPending) return
    share.mutate(found, {
      onSuccess: () => {
        notify(words.shared(registry.name))
        onFinished()
      },
    })
  }

  const error = share.error ?? preview.error
  return (
    <form className="form" onSubmit={submit} noValidate>
      {preview.isPending && (
        <p className="fine" role="status">
          <Spinner /> {words.trying}
        </p>
      )}
      {error && <ProblemNotice error={asApiError(error)} />}
      {found && <Meaning found={found} />}
      {found?.may_share && <CheckboxField label={words.agree} checked={agreed} onChange={setAgreed} />}
      <div className="dialog-foot">
        <Button data-autofocus onClick={onFinished}>
          {texts.action.cancel}
        </Button>
        <Button tone="primary" type="submit" disabled={!agreed || !found?.may_share} loading={share.isPending}>
          {words.submit}
        </Button>
      </div>
    </form>
  )
}

function Meaning({ found }: { found: RegistrySharing }) {
  const { texts } = useI18n()
  const words = useBook(overviewBook).sharing
  if (found.refusal) {
    const { title, remedy } = texts.errors[found.refusal]
    return (
      <Notice tone="warn" urgent>
        <p>{title}</p>
        <p>{remedy}</p>
      </Notice>
    )
  }
  const pullOnly = found.conditions.findIndex(({ type }) => type === 'PullOnly')
  const proof = found.conditions[pullOnly]
  const on = found.repositories[pullOnly] ?? 0
  const account = found.delivered
  return (
    <>
      <div className="dialog-lead">
        <p>{words.reach(found.reach.workspaces)}</p>
        <p>{words.readable}</p>
        {found.reach.unavailable === 'no_clusters' && <p>{words.noClusters}</p>}
      </div>
      <div className="fixed-facts">
        <KeyValues
          entries={[
            {
              key: words.delivered,
              value: account && (
                <>
                  <span className="mono break">{account.username}</span>
                  <span className="fine">
                    {words.deliveredMode[account.mode === 'supplied' ? 'supplied' : 'shared']}
                  </span>
                </>
              ),
            },
            {
              key: words.canPush,
              value: proof && (
                <>
                  {words.pushes[proof.status]}
                  <span className="fine">
                    {reasonText(texts, proof.reason).short}
                    {on > 0 && ` · ${words.triedOn(on)}`}
                  </span>
                </>
              ),
            },
          ]}
        />
      </div>
      {proof?.status === 'unknown' && (
        <Notice tone="warn">
          <p>{words.unproved}</p>
        </Notice>
      )}
    </>
  )
}
