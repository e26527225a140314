import { IconCircleCheckFilled, IconX } from '@tabler/icons-react'
import { useSyncExternalStore } from 'react'
import { useTexts } from '../i18n/context'
import { IconButton } from './IconButton'

const SHOWN_MS = 6_000

interface Toast {
  id: number
  text: string
}

let toasts: readonly Toast[] = []
let nextId = 1
const listeners = new Set<() => void>()

function set(next: readonly Toast[]): void {
  toasts = next
  for (const listener of listeners) listener()
}

function dismiss(id: number): void {
  set(toasts.filter((toast) => toast.id !== id))
}

/** Says for a few seconds that something was done. Only for good news; a failure stays beside what failed. */
export function notify(text: string): void {
  const id = nextId++
  set([...toasts, { id, text }])
  setTimeout(() => dismiss(id), SHOWN_MS)
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Where `notify` shows; mounted once. */
export function Toasts() {
  const texts = useTexts()
  const shown = useSyncExternalStore(subscribe, () => toasts)
  return (
    <div className="toasts" role="status">
      {shown.map((toast) => (
        <div className="toast" key={toast.id}>
          <IconCircleCheckFilled size={17} color="var(--rs-ok)" aria-hidden />
          <span>{toast.text}</span>
          <IconButton label={texts.action.dismiss} size={24} withTip={false} onClick={() => dismiss(toast.id)}>
            <IconX size={14} aria-hidden />
          </IconButton>
        </div>
      ))}
    </div>
  )
}
