import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { historyQuery, largestSpacesQuery } from '../../api/inventory'
import { asApiError } from '../../api/problem'
import type { ReactNode } from 'react'
import type { Registry, Repository, StatisticsDay, StatisticsHistory } from '../../api/types'
import { useBook } from '../../i18n/book'
import { inventoryBook } from '../../i18n/books/inventory'
import { overviewBook } from '../../i18n/books/overview'
import { useI18n } from '../../i18n/context'
import { sizeText } from '../../i18n/figures'
import { dayOf, trendLines } from '../../lib/trend'
import { useScope } from '../../shell/useScope'
import { Card } from '../../ui/Card'
import { NameText } from '../../ui/NameText'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { Skeleton } from '../../ui/Skeleton'
import { repositoriesLink, repositoryLink } from './registryLink'

/** What takes most in a registry. */
export function LargestCard({ registry }: { registry: Registry }) {
  const overview = useBook(overviewBook)
  const query = useQuery(historyQuery(registry.id))
  return (
    <Card title={overview.largest.title}>
      {query.data ? <Largest repositories={query.data.largest_repositories} /> : <Instead query={query} />}
    </Card>
  )
}

/** Which spaces take most, of a registry that has several. */
export function LargestSpacesCard({ registry }: { registry: Registry }) {
  const overview = useBook(overviewBook)
  const scope = useScope()
  const { data } = useQuery(largestSpacesQuery(registry.id))
  if (data === undefined || data.total.value < 2) return null
  const bars = data.items.map((space) => ({
    id: space.id,
    bytes: space.storage_bytes.value ?? 0,
    link: (
      <Link className="row-link" {...repositoriesLink(scope, registry.id, { space: space.id })} title={space.name}>
        <NameText name={space.name} />
      </Link>
    ),
  }))
  return (
    <Card title={overview.largest.spaces}>
      <Bars bars={bars} none={overview.largest.noneOfSpaces} />
    </Card>
  )
}

/** How a registry's figures went over the days. */
export function HistoryCard({ registry }: { registry: Registry }) {
  const overview = useBook(overviewBook)
  const query = useQuery(historyQuery(registry.id))
  return (
    <Card title={overview.history.title}>
      {query.data ? <History days={query.data.days} /> : <Instead query={query} />}
    </Card>
  )
}

/** What stands in a card whose figures are not there. */
function Instead({ query }: { query: UseQueryResult<StatisticsHistory> }) {
  const overview = useBook(overviewBook)
  return (
    <div className="card-body">
      {query.isError ? (
        <ProblemNotice
          error={asApiError(query.error)}
          title={overview.history.failedTitle}
          onRetry={() => void query.refetch()}
        />
      ) : (
        <Skeleton width="100%" height={90} />
      )}
    </div>
  )
}

const SHOWN = 5

function Largest({ repositories }: { repositories: readonly Repository[] }) {
  const { format } = useI18n()
  const overview = useBook(overviewBook)
  const inventory = useBook(inventoryBook)
  const scope = useScope()
  const bars = repositories.slice(0, SHOWN).map((each) => ({
    id: each.id,
    bytes: each.total_bytes,
    link: (
      <Link className="row-link" {...repositoryLink(scope, each.registry_id, each.id)} title={each.name}>
        <NameText name={each.name} />
      </Link>
    ),
    fine: each.shared_bytes > 0 ? inventory.shared(sizeText(format, each.shared_bytes)) : undefined,
  }))
  return <Bars bars={bars} none={overview.largest.none} />
}

interface BarOf {
  id: string
  bytes: number
  link: ReactNode
  /** What is said beside the size. */
  fine?: string
}

/** What takes most, each as long as its part of the largest. */
function Bars({ bars, none }: { bars: readonly BarOf[]; none: string }) {
  const { format } = useI18n()
  const sized = bars.filter((bar) => bar.bytes > 0)
  const most = sized[0]?.bytes ?? 1
  if (sized.length === 0) return <p className="card-body muted">{none}</p>
  return (
    <ol className="bars">
      {sized.map((bar) => (
        <li key={bar.id}>
          {bar.link}
          <span className="num">
            {sizeText(format, bar.bytes)}
            {bar.fine !== undefined && <span className="fine bar-shared">{bar.fine}</span>}
          </span>
          <span className="bar" aria-hidden>
            <span style={{ width: `${Math.max(1, (bar.bytes / most) * 100)}%` }} />
          </span>
        </li>
      ))}
    </ol>
  )
}

function History({ days }: { days: readonly StatisticsDay[] }) {
  const { format } = useI18n()
  const words = useBook(overviewBook).history
  if (days.length < 2) return <p className="card-body muted">{days.length === 0 ? words.none : words.first}</p>
  return (
    <div className="trends">
      <Trend title={words.storage} days={days} of={(day) => day.storage_bytes} text={(value) => sizeText(format, value)} />
      <Trend title={words.tags} days={days} of={(day) => day.tags} text={(value) => format.number(value)} />
    </div>
  )
}

const WIDTH = 320
const HEIGHT = 44

interface TrendProps {
  title: string
  days: readonly StatisticsDay[]
  of: (day: StatisticsDay) => number
  text: (value: number) => string
}

/** A figure over the days as a line, broken where days are missing, and in words. */
function Trend({ title, days, of, text }: TrendProps) {
  const { format } = useI18n()
  const words = useBook(overviewBook).history
  const first = days[0]
  const last = days.at(-1)
  if (first === undefined || last === undefined) return null
  return (
    <figure className="trend">
      <figcaption>
        <strong>{title}</strong>
        <span className="num">{text(of(last))}</span>
      </figcaption>
      <svg viewBox={`-2 -2 ${WIDTH + 4} ${HEIGHT + 4}`} preserveAspectRatio="none" aria-hidden>
        {trendLines(
          days.map((day) => ({ day: dayOf(day.at), value: of(day) })),
          WIDTH,
          HEIGHT,
        ).map((points) => (
          <polyline key={points} points={points} />
        ))}
      </svg>
      <p className="fine num">{words.change(text(of(first)), text(of(last)), format.day(first.at), format.day(last.at))}</p>
    </figure>
  )
}
