import { useQuery } from '@tanstack/react-query'
import { IconCircleCheck, IconClockPause, IconPlayerStop, IconRefresh } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { crawlQuery, useSetCrawl } from '../../api/inventory'
import { asApiError } from '../../api/problem'
import type { Crawl, Registry } from '../../api/types'
import { useBook } from '../../i18n/book'
import { overviewBook } from '../../i18n/books/overview'
import { useI18n, useTexts } from '../../i18n/context'
import { spanText } from '../../i18n/figures'
import { errorText } from '../../i18n/problemText'
import { useNow } from '../../lib/clock'
import { percentOf } from '../../lib/trend'
import { useScope } from '../../shell/useScope'
import { Age } from '../../ui/Age'
import { ButtonLink } from '../../ui/Button'
import { Card } from '../../ui/Card'
import { Chip, type ChipTone } from '../../ui/Chip'
import { GuardedButton } from '../../ui/GuardedButton'
import { type KeyValue, KeyValues } from '../../ui/KeyValues'
import { Notice } from '../../ui/Notice'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { Skeleton } from '../../ui/Skeleton'
import { Spinner } from '../../ui/Spinner'
import { notify } from '../../ui/Toasts'
import { disabledAction } from '../shared/disabledAction'
import { repositoriesLink } from './registryLink'

/** How far the reading of a registry is, and what can be done about it. */
export function CrawlCard({ registry }: { registry: Registry }) {
  const overview = useBook(overviewBook)
  const query = useQuery(crawlQuery(registry.id))
  const crawl = query.data
  return (
    <Card title={overview.crawl.title} aside={crawl?.status && <StatusChip status={crawl.status} />}>
      {crawl !== undefined ? (
        <Reading crawl={crawl} />
      ) : (
        <div className="card-body">
          {query.isError ? (
            <ProblemNotice
              error={asApiError(query.error)}
              title={overview.crawl.failedTitle}
              onRetry={() => void query.refetch()}
            />
          ) : (
            <Skeleton width="100%" height={160} />
          )}
        </div>
      )}
    </Card>
  )
}

const LOOKS: Record<NonNullable<Crawl['status']>, { tone: ChipTone; icon: ReactNode }> = {
  running: { tone: 'accent', icon: <Spinner size={13} /> },
  paused: { tone: 'warn', icon: <IconClockPause size={14} aria-hidden /> },
  finished: { tone: 'ok', icon: <IconCircleCheck size={14} aria-hidden /> },
  cancelled: { tone: 'unknown', icon: <IconPlayerStop size={14} aria-hidden /> },
}

function StatusChip({ status }: { status: NonNullable<Crawl['status']> }) {
  const overview = useBook(overviewBook)
  const { tone, icon } = LOOKS[status]
  return (
    <Chip tone={tone} icon={icon}>
      {overview.crawl.status[status]}
    </Chip>
  )
}

const isOpen = (status: Crawl['status']) => status === 'running' || status === 'paused'

function Reading({ crawl }: { crawl: Crawl }) {
  const texts = useTexts()
  const words = useBook(overviewBook).crawl
  return (
    <>
      <div className="crawl-head">
        {crawl.status == null ? (
          <div>
            <strong>{words.never}</strong>
            <p className="fine">{words.neverHelp}</p>
          </div>
        ) : (
          isOpen(crawl.status) && crawl.phase && <Progress crawl={crawl} phase={crawl.phase} />
        )}
        {crawl.status === 'paused' && (
          <Notice tone="warn" title={crawl.trouble ? errorText(texts, crawl.trouble).title : undefined}>
            <p>{words.pausedHelp}</p>
          </Notice>
        )}
        {crawl.status === 'cancelled' && <p className="muted">{words.cancelledHelp}</p>}
        <Broken crawl={crawl} />
      </div>
      {crawl.status != null && <Facts crawl={crawl} />}
      <Actions crawl={crawl} />
    </>
  )
}

/** What is done of the present step, and of how much; null where nobody knows how much there is. */
function ofPhase({ counts, manifests_read: read }: Crawl, phase: NonNullable<Crawl['phase']>): [number, number] | null {
  if (phase === 'tags' && counts) {
    return [counts.repositories_listed + counts.repositories_broken, counts.repositories]
  }
  return phase === 'manifests' && read ? [read.read, read.known] : null
}

const PHASES = ['names', 'tags', 'manifests'] as const

function Progress({ crawl, phase }: { crawl: Crawl; phase: NonNullable<Crawl['phase']> }) {
  const { locale, format } = useI18n()
  const words = useBook(overviewBook).crawl
  const known = ofPhase(crawl, phase)
  const percent = known === null ? null : percentOf(...known)
  return (
    <div className="crawl-progress">
      <div className="crawl-line">
        <strong>{words.phase[phase]}</strong>
        <span className="fine num">
          {known
            ? words.of(format.number(Math.min(...known)), format.number(known[1]))
            : format.number(crawl.counts?.repositories ?? 0)}
        </span>
      </div>
      <div
        className="bar"
        role="progressbar"
        aria-label={words.progress}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={percent ?? undefined}
        data-open={percent === null || undefined}
      >
        <span style={{ width: `${percent ?? 30}%` }} />
      </div>
      <span className="fine num">
        {words.step(format.number(PHASES.indexOf(phase) + 1))}
        {crawl.status === 'running' &&
          crawl.remaining_ms != null &&
          ` · ${words.remaining(spanText(locale, crawl.remaining_ms))}`}
      </span>
    </div>
  )
}

function Broken({ crawl }: { crawl: Crawl }) {
  const { format } = useI18n()
  const scope = useScope()
  const words = useBook(overviewBook).crawl
  const count = crawl.counts?.repositories_broken ?? 0
  if (count === 0) return null
  return (
    <Notice
      tone="warn"
      title={words.broken(format.number(count), count === 1)}
      actions={
        <ButtonLink {...repositoriesLink(scope, crawl.registry_id, { state: 'broken' })} size="xs">
          {words.brokenLink}
        </ButtonLink>
      }
    >
      <p>{words.brokenHelp}</p>
    </Notice>
  )
}

function Facts({ crawl }: { crawl: Crawl }) {
  const { locale, texts, format } = useI18n()
  const now = useNow()
  const words = useBook(overviewBook).crawl
  const { counts, manifests_read: read } = crawl
  const open = isOpen(crawl.status)
  const number = (value: number) => <span className="num">{format.number(value)}</span>
  const until = crawl.next_at ? Date.parse(crawl.next_at) - now : null
  const entries: (KeyValue | false)[] = [
    counts != null && { key: words.listed, value: number(counts.repositories) },
    counts != null && { key: words.tags, value: number(counts.tags) },
    read != null && {
      key: words.manifests,
      value: <span className="num">{words.of(format.number(read.read), format.number(read.known))}</span>,
    },
    counts != null && { key: words.requests, value: number(counts.requests) },
    crawl.status === 'running' &&
      crawl.rate_per_minute != null && {
        key: words.rate,
        value: <span className="num">{words.perMinute(format.number(crawl.rate_per_minute))}</span>,
      },
    (counts?.skipped ?? 0) > 0 && { key: words.skipped, value: number(counts?.skipped ?? 0) },
    crawl.started_at != null && { key: words.began, value: <Age at={crawl.started_at} /> },
    crawl.finished_at != null && { key: words.ended, value: <Age at={crawl.finished_at} /> },
    !open &&
      until !== null && {
        key: words.next,
        value: <span className="num">{until > 0 ? words.inTime(spanText(locale, until)) : words.soon}</span>,
      },
    crawl.trouble != null &&
      crawl.status !== 'paused' && { key: words.lastTrouble, value: errorText(texts, crawl.trouble).title },
  ]
  return <KeyValues entries={entries.filter((entry) => entry !== false)} />
}

function Actions({ crawl }: { crawl: Crawl }) {
  const texts = useTexts()
  const words = useBook(overviewBook).crawl
  const setCrawl = useSetCrawl(crawl.registry_id)
  const blocked = disabledAction(texts, crawl.allowed_actions, 'registry.refresh', false)
  const open = isOpen(crawl.status)
  const wanted = open ? 'cancel' : 'start'
  const ask = () => {
    setCrawl.mutate(wanted, { onSuccess: () => notify(wanted === 'start' ? words.started : words.stopped) })
  }
  return (
    <div className="card-actions">
      {setCrawl.isError && <ProblemNotice error={asApiError(setCrawl.error)} />}
      <GuardedButton
        icon={
          open ? <IconPlayerStop size={16} stroke={1.7} aria-hidden /> : <IconRefresh size={16} stroke={1.7} aria-hidden />
        }
        loading={setCrawl.isPending}
        blocked={blocked}
        onClick={ask}
      >
        {open ? words.stop : crawl.status == null ? words.readNow : words.readAgain}
      </GuardedButton>
      {blocked && <span className="fine">{blocked}</span>}
    </div>
  )
}
