import { useQuery } from '@tanstack/react-query'
import { IconBolt, IconBoltOff, IconClockPause } from '@tabler/icons-react'
import { type ReactNode, useState } from 'react'
import { hookQuery } from '../../api/hooks'
import { asApiError } from '../../api/problem'
import type { Hook, Registry } from '../../api/types'
import { useBook } from '../../i18n/book'
import { overviewBook } from '../../i18n/books/overview'
import { useI18n, useTexts } from '../../i18n/context'
import { useFetched } from '../../lib/useFetched'
import { Age } from '../../ui/Age'
import { Card } from '../../ui/Card'
import { Chip, type ChipTone } from '../../ui/Chip'
import { GuardedButton } from '../../ui/GuardedButton'
import { type KeyValue, KeyValues } from '../../ui/KeyValues'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { Skeleton } from '../../ui/Skeleton'
import { disabledAction } from '../shared/disabledAction'

export type AskedOfHook = 'issue' | 'remove'

const fetchDialogs = async () => (await import('./HookDialogs')).HookDialogs

/** Whether a Docker Registry tells of what is pushed to it, and how that is set up. */
export function HookCard({ registry }: { registry: Registry }) {
  const words = useBook(overviewBook).hooks
  const query = useQuery(hookQuery(registry.id))
  const Dialogs = useFetched(fetchDialogs)
  const [asking, setAsking] = useState<AskedOfHook | null>(null)
  const hook = query.data
  return (
    <Card title={words.title} aside={hook && <StateChip hook={hook} />}>
      {hook ? (
        <>
          {hook.last_event_at == null && (
            <p className="card-body muted">{hook.configured ? words.waitingHelp : words.offHelp}</p>
          )}
          {hook.configured && <Facts hook={hook} />}
          <Actions registry={registry} hook={hook} onAsk={setAsking} />
          {Dialogs && <Dialogs registry={registry} hook={hook} asking={asking} onClose={() => setAsking(null)} />}
        </>
      ) : (
        <div className="card-body">
          {query.isError ? (
            <ProblemNotice
              error={asApiError(query.error)}
              title={words.failedTitle}
              onRetry={() => void query.refetch()}
            />
          ) : (
            <Skeleton width="100%" height={90} />
          )}
        </div>
      )}
    </Card>
  )
}

function StateChip({ hook }: { hook: Hook }) {
  const words = useBook(overviewBook).hooks
  const [tone, text, icon]: [ChipTone, string, ReactNode] = !hook.configured
    ? ['unknown', words.off, <IconBoltOff key="off" size={14} aria-hidden />]
    : hook.last_event_at == null
      ? ['warn', words.waiting, <IconClockPause key="waiting" size={14} aria-hidden />]
      : ['ok', words.on, <IconBolt key="on" size={14} aria-hidden />]
  return (
    <Chip tone={tone} icon={icon}>
      {text}
    </Chip>
  )
}

function Facts({ hook }: { hook: Hook }) {
  const { format } = useI18n()
  const words = useBook(overviewBook).hooks
  const number = (value: number) => <span className="num">{format.number(value)}</span>
  const entries: (KeyValue | false)[] = [
    hook.last_event_at != null && { key: words.last, value: <Age at={hook.last_event_at} /> },
    { key: words.taken, value: number(hook.events_accepted) },
    hook.events_dropped > 0 && {
      key: words.dropped,
      value: (
        <>
          {number(hook.events_dropped)}
          <span className="fine">{words.droppedHelp}</span>
        </>
      ),
    },
    hook.posts_unauthenticated > 0 && {
      key: words.refused,
      value: (
        <>
          {number(hook.posts_unauthenticated)}
          <span className="fine">{words.refusedHelp}</span>
        </>
      ),
    },
    hook.created_at != null && { key: words.made, value: <Age at={hook.created_at} /> },
    hook.rotated_at != null &&
      hook.rotated_at !== hook.created_at && { key: words.rotated, value: <Age at={hook.rotated_at} /> },
  ]
  return <KeyValues entries={entries.filter((entry) => entry !== false)} />
}

interface ActionsProps {
  registry: Registry
  hook: Hook
  onAsk: (what: AskedOfHook) => void
}

function Actions({ registry, hook, onAsk }: ActionsProps) {
  const texts = useTexts()
  const words = useBook(overviewBook).hooks
  const ofWorkspace = registry.owner.type === 'workspace'
  const blocked = disabledAction(texts, hook.allowed_actions, 'registry.hook', ofWorkspace)
  return (
    <div className="card-actions">
      <GuardedButton blocked={blocked} onClick={() => onAsk('issue')}>
        {hook.configured ? words.rotate : words.setUp}
      </GuardedButton>
      {hook.configured && (
        <GuardedButton blocked={blocked} onClick={() => onAsk('remove')}>
          {words.remove}
        </GuardedButton>
      )}
      {blocked && <span className="fine">{blocked}</span>}
    </div>
  )
}
