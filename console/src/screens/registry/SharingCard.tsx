import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { asApiError } from '../../api/problem'
import { sharingQuery } from '../../api/sharing'
import type { ConditionView, Permission, Registry, RegistrySharing } from '../../api/types'
import { useBook } from '../../i18n/book'
import { overviewBook } from '../../i18n/books/overview'
import { useI18n } from '../../i18n/context'
import { reasonText } from '../../i18n/problemText'
import { useFetched } from '../../lib/useFetched'
import { Button } from '../../ui/Button'
import { Card } from '../../ui/Card'
import { type KeyValue, KeyValues } from '../../ui/KeyValues'
import { Notice } from '../../ui/Notice'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { Skeleton } from '../../ui/Skeleton'

type Asking = 'account' | 'remove' | 'share' | 'unshare'

const fetchDialogs = async () => (await import('./SharingDialogs')).SharingDialogs

/** Who may pull from a Docker Registry of the platform, as it was tried, supplied and consented to. */
export function SharingCard({ registry }: { registry: Registry }) {
  const words = useBook(overviewBook).sharing
  const query = useQuery(sharingQuery(registry.id))
  const Dialogs = useFetched(fetchDialogs)
  const [asking, setAsking] = useState<Asking | null>(null)
  const seen = query.data
  return (
    <Card title={words.title}>
      {seen ? (
        <>
          {(seen.state === 'ConsentNeeded' || seen.state === 'ProofMissing') && (
            <div className="card-body">
              <Notice tone="warn">
                <p>{words.state[seen.state]}</p>
                {seen.consent_reason && <p>{words.consentReason[seen.consent_reason]}</p>}
              </Notice>
            </div>
          )}
          <Facts registry={registry} seen={seen} />
          <Actions registry={registry} seen={seen} onAsk={setAsking} />
          {Dialogs && <Dialogs registry={registry} seen={seen} asking={asking} onClose={() => setAsking(null)} />}
        </>
      ) : (
        <div className="card-body">
          {query.isError ? (
            <ProblemNotice error={asApiError(query.error)} onRetry={() => void query.refetch()} />
          ) : (
            <Skeleton width="100%" height={140} />
          )}
        </div>
      )}
    </Card>
  )
}

function Facts({ registry, seen }: { registry: Registry; seen: RegistrySharing }) {
  const { texts, format } = useI18n()
  const words = useBook(overviewBook).sharing
  const tried = seen.conditions.map((condition: ConditionView, index) => {
    const on = seen.repositories[index] ?? 0
    const pushes = condition.type === 'PullOnly'
    return {
      key: pushes ? words.canPush : words.anonymous,
      value: (
        <>
          {(pushes ? words.pushes : words.status)[condition.status]}
          <span className="fine">
            {reasonText(texts, condition.reason).short}
            {on > 0 && ` · ${words.triedOn(on)}`}
          </span>
        </>
      ),
    }
  })
  const untried = seen.conditions.some(({ type, status }) => type === 'AnonymousPull' && status === 'unknown')
  const { consent, pull_account: account } = seen
  const soFar = registry.health.status === 'unhealthy' ? words.notTried : words.nobodySoFar
  const entries: KeyValue[] = [
    { key: words.now, value: seen.mode === 'none' && untried ? soFar : words.mode[seen.mode] },
    ...tried,
    {
      key: words.account,
      value: account ? (
        <>
          <span className="mono break">{account.username}</span>
          <span className="fine num">
            {format.dateTime(account.set_at)}
            {account.set_by && ` · ${words.setBy(account.set_by.name)}`}
          </span>
        </>
      ) : (
        words.noAccount
      ),
    },
    {
      key: words.consent,
      value: consent ? (
        <>
          {words.consentBy(consent.by.name)}
          <span className="fine num">{format.dateTime(consent.at)}</span>
        </>
      ) : (
        words.notShared
      ),
    },
  ]
  return <KeyValues entries={entries} />
}

/** What this person may change. */
function Actions({ registry, seen, onAsk }: { registry: Registry; seen: RegistrySharing; onAsk: (what: Asking) => void }) {
  const words = useBook(overviewBook).sharing
  const may = (permission: Permission) =>
    registry.allowed_actions.some(({ action, allowed }) => action === permission && allowed)
  if (!may('pull_account.set') && !may('registry.share')) return null
  const shared = seen.state !== 'NotShared'
  return (
    <div className="card-actions">
      {may('pull_account.set') && (
        <>
          <Button size="xs" onClick={() => onAsk('account')}>
            {seen.pull_account ? words.replaceAccount : words.setAccount}
          </Button>
          {seen.pull_account && (
            <Button size="xs" onClick={() => onAsk('remove')}>
              {words.removeAccount}
            </Button>
          )}
        </>
      )}
      {may('registry.share') && seen.mode !== 'anonymous' && seen.state !== 'InForce' && (
        <Button size="xs" onClick={() => onAsk('share')}>
          {shared ? words.shareAgain : words.share}
        </Button>
      )}
      {may('registry.share') && shared && (
        <Button size="xs" onClick={() => onAsk('unshare')}>
          {words.unshare}
        </Button>
      )}
    </div>
  )
}
