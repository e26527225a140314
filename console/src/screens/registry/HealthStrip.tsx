import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { healthHistoryQuery } from '../../api/healthHistory'
import { asApiError } from '../../api/problem'
import type { HealthBucket, HealthHistory, TimeInState } from '../../api/types'
import { useI18n } from '../../i18n/context'
import type { Texts } from '../../i18n/en'
import type { Formatters } from '../../i18n/format'
import { reasonText } from '../../i18n/problemText'
import { BAR_HEIGHT, barAfterKey, lasted } from '../../lib/healthStrip'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { Skeleton } from '../../ui/Skeleton'

const WIDTH = 10
const GAP = 2.5
const HEIGHT = 36

/** The last two days as bars, what they amount to in words, and the details of any one bar. */
export function HealthStrip({ id }: { id: string }) {
  const { texts } = useI18n()
  const query = useQuery(healthHistoryQuery(id))
  return (
    <section className="strip-section" aria-labelledby="health-strip">
      <h3 id="health-strip">{texts.strip.title}</h3>
      {query.data ? (
        <Strip history={query.data} />
      ) : query.isError ? (
        <ProblemNotice error={asApiError(query.error)} onRetry={() => void query.refetch()} />
      ) : (
        <Skeleton width="100%" height={HEIGHT} />
      )}
    </section>
  )
}

function Strip({ history }: { history: HealthHistory }) {
  const { texts, format } = useI18n()
  const { buckets } = history
  const last = buckets.length - 1
  // What is looked at by its beginning: bars move on while one looks.
  const [picked, setPicked] = useState<string>()
  const [hovered, setHovered] = useState<string>()
  const at = (from: string | undefined) => buckets.findIndex((bucket) => bucket.from_at === from)
  const pickedAt = at(picked)
  const shownAt = at(hovered) >= 0 ? at(hovered) : pickedAt
  const shown = buckets[shownAt]
  const current = buckets[pickedAt] ?? buckets[last]
  if (!current) return null
  return (
    <>
      <div
        className="strip"
        role="slider"
        tabIndex={0}
        aria-labelledby="health-strip"
        aria-orientation="horizontal"
        aria-valuemin={0}
        aria-valuemax={last}
        aria-valuenow={pickedAt >= 0 ? pickedAt : last}
        aria-valuetext={barText(texts, format, current)}
        onKeyDown={(event) => {
          const next = barAfterKey(event.key, pickedAt >= 0 ? pickedAt : last, buckets.length)
          if (next === undefined) return
          event.preventDefault()
          setPicked(buckets[next]?.from_at)
        }}
        onFocus={() => setPicked((before) => before ?? buckets[last]?.from_at)}
        onBlur={() => setPicked(undefined)}
        onMouseLeave={() => setHovered(undefined)}
      >
        <svg viewBox={`0 0 ${buckets.length * WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden focusable="false">
          {buckets.map((bucket, index) => (
            <g
              key={bucket.from_at}
              data-picked={index === shownAt || undefined}
              onMouseEnter={() => setHovered(bucket.from_at)}
              onClick={() => setPicked(bucket.from_at)}
            >
              <rect className="strip-room" x={index * WIDTH} y={0} width={WIDTH} height={HEIGHT} />
              <rect
                className={`strip-bar ${bucket.status}`}
                x={index * WIDTH + GAP / 2}
                y={HEIGHT * (1 - BAR_HEIGHT[bucket.status])}
                width={WIDTH - GAP}
                height={HEIGHT * BAR_HEIGHT[bucket.status]}
              />
            </g>
          ))}
        </svg>
      </div>
      <div className="strip-detail fine num">
        {shown ? (
          barText(texts, format, shown)
        ) : (
          <>
            <span>{texts.strip.begin}</span>
            <span>{texts.strip.now}</span>
          </>
        )}
      </div>
      <TimeSummary time={history.time} />
    </>
  )
}

/** How long each state lasted: the strip in words, and its legend. */
function TimeSummary({ time }: { time: TimeInState }) {
  const { texts, format } = useI18n()
  return (
    <ul className="strip-summary">
      {lasted(time).map(({ state, ms }) => (
        <li key={state}>
          <svg width={8} height={14} aria-hidden focusable="false">
            <rect
              className={`strip-bar ${state}`}
              x={0}
              y={14 * (1 - BAR_HEIGHT[state])}
              width={8}
              height={14 * BAR_HEIGHT[state]}
            />
          </svg>
          <span>{texts.strip.state[state]}</span>
          <span className="num">{format.span(ms)}</span>
        </li>
      ))}
    </ul>
  )
}

function barText(texts: Texts, format: Formatters, bucket: HealthBucket): string {
  const worst = lasted(bucket.time).find(({ state }) => state === bucket.status)
  return texts.strip.bar({
    from: format.dateTime(bucket.from_at),
    to: format.clock(bucket.to_at),
    state: texts.strip.state[bucket.status],
    reason: bucket.status === 'healthy' || bucket.status === 'unknown' ? undefined : reasonText(texts, bucket.reason).short,
    time: worst && format.span(worst.ms),
  })
}
