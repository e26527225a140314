export interface Span {
  amount: number
  unit: 'second' | 'minute' | 'hour' | 'day'
}

const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** A time to wait in the one unit that says enough, rounded up: who is told "1 minute" may come back after it. */
export function roughSpan(ms: number): Span {
  const seconds = Math.max(1, Math.ceil(ms / 1000))
  if (seconds < 90) return { amount: seconds, unit: 'second' }
  if (seconds < 90 * MINUTE) return { amount: Math.ceil(seconds / MINUTE), unit: 'minute' }
  if (seconds < 36 * HOUR) return { amount: Math.ceil(seconds / HOUR), unit: 'hour' }
  return { amount: Math.ceil(seconds / DAY), unit: 'day' }
}
