import { useSyncExternalStore } from 'react'

// Ages are shown against the server's clock: a laptop that is five minutes off must not show "5 min ago" for a
// check made just now. The Date header has a resolution of one second, so smaller differences are left alone.
const TOLERANCE_MS = 2000

let offsetMs = 0
let current = Date.now()
let timer: ReturnType<typeof setInterval> | undefined
const listeners = new Set<() => void>()

/** Learns the difference between the server's clock and this machine's from an answer's Date header. */
export function observeServerDate(header: string | null, localNow = Date.now()): void {
  const serverNow = header === null ? Number.NaN : Date.parse(header)
  if (Number.isNaN(serverNow)) return
  const difference = serverNow - localNow
  offsetMs = Math.abs(difference) > TOLERANCE_MS ? difference : 0
}

/** The present by the server's clock, in milliseconds. */
export function serverNow(localNow = Date.now()): number {
  return localNow + offsetMs
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  timer ??= setInterval(() => {
    current = serverNow()
    for (const each of listeners) each()
  }, 1000)
  return () => {
    listeners.delete(listener)
    if (listeners.size === 0) {
      clearInterval(timer)
      timer = undefined
    }
  }
}

/** The present, renewed each second by one timer for the whole page. */
export function useNow(): number {
  if (timer === undefined) current = serverNow()
  return useSyncExternalStore(subscribe, () => current)
}
