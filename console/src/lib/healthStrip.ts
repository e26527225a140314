import type { Health, TimeInState } from '../api/types'

/** The states in the order in which they are told, with what the server calls their time. */
export const STATES = [
  ['healthy', 'healthy_ms'],
  ['degraded', 'degraded_ms'],
  ['unhealthy', 'unhealthy_ms'],
  ['unknown', 'unknown_ms'],
] as const satisfies readonly (readonly [Health, keyof TimeInState])[]

/** Of a bar's height: trouble stands out by shape, not by colour alone. */
export const BAR_HEIGHT: Record<Health, number> = { healthy: 0.5, degraded: 0.75, unhealthy: 1, unknown: 0.18 }

const MOMENT_MS = 1000

/**
 * The states there were, each with its time. One that began just now lasts a second: it is what the registry is in,
 * and the strip is not asked for again before a minute is over.
 */
export function lasted(time: TimeInState): { state: Health; ms: number }[] {
  return STATES.map(([state, key]) => ({ state, ms: time[key] }))
    .filter(({ ms }) => ms > 0)
    .map(({ state, ms }) => ({ state, ms: Math.max(ms, MOMENT_MS) }))
}

/** The bar that a key leads to from the bar at `index`; undefined for a key that leads nowhere. */
export function barAfterKey(key: string, index: number, count: number): number | undefined {
  const last = count - 1
  switch (key) {
    case 'ArrowLeft':
    case 'ArrowDown':
      return Math.max(0, index - 1)
    case 'ArrowRight':
    case 'ArrowUp':
      return Math.min(last, index + 1)
    case 'PageDown':
      return Math.max(0, index - 12)
    case 'PageUp':
      return Math.min(last, index + 12)
    case 'Home':
      return 0
    case 'End':
      return last
    default:
      return undefined
  }
}
