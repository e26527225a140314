import { optionalText } from './searchParams'

export const RANGES = ['1h', '24h', '7d', '30d', 'custom'] as const
export type AuditRange = (typeof RANGES)[number]
export const OUTCOMES = ['done', 'refused'] as const
export type AuditOutcome = (typeof OUTCOMES)[number]

const HOUR = 3_600_000
const RANGE_MS: Record<Exclude<AuditRange, 'custom'>, number> = {
  '1h': HOUR,
  '24h': 24 * HOUR,
  '7d': 7 * 24 * HOUR,
  '30d': 30 * 24 * HOUR,
}

/** The state of the audit log, all of it in the URL so that a link shows what its sender saw. */
export interface AuditSearch {
  range?: AuditRange
  /** The ends of a custom range, as RFC 3339 in UTC. */
  from?: string
  to?: string
  actor?: string
  action?: string
  outcome?: AuditOutcome
  q?: string
  /** New entries appear by themselves. */
  live?: true
  /** The cursors of the pages walked so far; the last one is the page shown. */
  after?: string[]
  /** Where "the last hour" began when the first page was left: a cursor belongs to one filter. */
  since?: string
}

/** What the server is asked to filter by. */
export interface AuditFilter {
  from?: string
  to?: string
  actor?: string
  action?: string
  outcome?: AuditOutcome
  q?: string
}

function time(value: unknown): string | undefined {
  const text = optionalText(value)
  // Browsers read half a date as its first moment.
  const parsed = text !== undefined && /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(parsed) ? undefined : new Date(parsed).toISOString()
}

function set<K extends keyof AuditSearch>(search: AuditSearch, key: K, value: AuditSearch[K] | undefined): void {
  if (value !== undefined) search[key] = value
}

/** Keeps what is understood of a URL's search parameters and drops the rest. */
export function validateAuditSearch(search: Record<string, unknown>): AuditSearch {
  const result: AuditSearch = {}
  const from = time(search.from)
  const to = time(search.to)
  const range = RANGES.find((each) => each === search.range) ?? (from || to ? 'custom' : undefined)
  set(result, 'range', range)
  if (range === 'custom') {
    set(result, 'from', from)
    set(result, 'to', to)
  }
  set(result, 'actor', optionalText(search.actor))
  set(result, 'action', optionalText(search.action))
  set(
    result,
    'outcome',
    OUTCOMES.find((each) => each === search.outcome),
  )
  set(result, 'q', optionalText(search.q))
  if (search.live === 'true' || search.live === true) result.live = true
  const after = (Array.isArray(search.after) ? search.after : [search.after]).filter(
    (cursor): cursor is string => typeof cursor === 'string' && cursor !== '',
  )
  // New entries appear on the first page only.
  if (after.length > 0 && !result.live) {
    result.after = after
    set(result, 'since', time(search.since))
  }
  return result
}

/** What to ask the server for; `nowMs` is its clock. */
export function auditFilter(search: AuditSearch, nowMs: number): AuditFilter {
  const { range, actor, action, outcome, q } = search
  const filter: AuditFilter = { actor, action, outcome, q }
  if (range === 'custom') return { ...filter, from: search.from, to: search.to }
  if (range === undefined) return filter
  return { ...filter, from: search.since ?? new Date(nowMs - RANGE_MS[range]).toISOString() }
}

/** Whether the list is narrowed, hence whether "nothing here" means "no match". */
export function isNarrowed(search: AuditSearch): boolean {
  const { range, actor, action, outcome, q } = search
  return [range, actor, action, outcome, q].some((each) => each !== undefined)
}

/** A time as the platform's date-and-time box wants it: local, to the minute. */
export function toLocalInput(iso: string | undefined): string {
  if (iso === undefined) return ''
  const date = new Date(iso)
  const two = (value: number) => String(value).padStart(2, '0')
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}`
}

/** What was entered in such a box; nothing while it is incomplete. */
export function fromLocalInput(local: string): string | undefined {
  return time(local)
}
