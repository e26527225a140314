import type { Page } from '@playwright/test'

const BAR_MS = 1_800_000
const BARS = 96

type Status = 'healthy' | 'degraded' | 'unhealthy' | 'unknown'

/** Two days as a server that ran that long would tell them: a start, a slow hour, an outage and a gap. */
export function twoDays(): unknown {
  const newest = Math.floor(Date.now() / BAR_MS) * BAR_MS
  const time = { healthy_ms: 0, degraded_ms: 0, unhealthy_ms: 0, unknown_ms: 0 }
  const buckets = Array.from({ length: BARS }, (_, index) => {
    const from = newest - (BARS - 1 - index) * BAR_MS
    const [status, reason, ms] = bar(index)
    const own = { healthy_ms: BAR_MS - ms, degraded_ms: 0, unhealthy_ms: 0, unknown_ms: 0, [`${status}_ms`]: ms }
    if (status === 'healthy') own.healthy_ms = BAR_MS
    for (const key of Object.keys(time) as (keyof typeof time)[]) time[key] += own[key]
    return { from_at: iso(from), to_at: iso(from + BAR_MS), status, reason, time: own }
  })
  return { buckets, time }
}

function bar(index: number): [Status, string, number] {
  if (index < 10 || (index >= 60 && index < 63)) return ['unknown', 'NotObserved', BAR_MS]
  if (index === 30 || index === 31) return ['degraded', 'SlowAnswers', BAR_MS]
  if (index === 80) return ['unhealthy', 'ConnectionRefused', 240_000]
  return ['healthy', 'Reachable', BAR_MS]
}

const iso = (ms: number) => new Date(ms).toISOString()

/** Answers the page's question for the strip with these two days: nobody waits for them. */
export async function tellTwoDays(page: Page): Promise<void> {
  await page.route('**/health-history*', (route) => route.fulfill({ json: twoDays() }))
}
