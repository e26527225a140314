const DAY_MS = 86_400_000

/** How long a token may live, as offered; `custom` asks for a day. */
export const LIFETIMES = ['7', '30', '90', '365', 'custom'] as const
export type Lifetime = (typeof LIFETIMES)[number]

/** When a token made at `nowMs` ends; undefined while a custom end is not chosen. */
export function expiryOf(lifetime: Lifetime, custom: string | undefined, nowMs: number): string | undefined {
  if (lifetime === 'custom') return custom
  return new Date(nowMs + Number(lifetime) * DAY_MS).toISOString()
}

/** How a token stands: ended, about to end, or well. */
export function expiryState(expiresAt: string, nowMs: number): 'ended' | 'soon' | 'well' {
  const left = Date.parse(expiresAt) - nowMs
  if (left <= 0) return 'ended'
  return left <= 14 * DAY_MS ? 'soon' : 'well'
}
