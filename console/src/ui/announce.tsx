import { useSyncExternalStore } from 'react'

let message = ''
const listeners = new Set<() => void>()

/** Has a screen reader say `text` when it is idle. */
export function announce(text: string): void {
  // The same words twice in a row would not be spoken again without a difference.
  message = message === text ? `${text}\u00a0` : text
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** The live region behind `announce`; mounted once. */
export function Announcer() {
  const text = useSyncExternalStore(subscribe, () => message)
  return (
    <div className="visually-hidden" aria-live="polite" aria-atomic="true">
      {text}
    </div>
  )
}
