import { IconAlertTriangle, IconInfoCircle } from '@tabler/icons-react'
import type { ReactNode } from 'react'

interface NoticeProps {
  tone: 'info' | 'warn' | 'bad'
  title?: string
  /** Spoken at once by a screen reader. */
  urgent?: boolean
  actions?: ReactNode
  children?: ReactNode
}

/** A message beside what it is about. */
export function Notice({ tone, title, urgent, actions, children }: NoticeProps) {
  const Icon = tone === 'info' ? IconInfoCircle : IconAlertTriangle
  return (
    <div className={`notice ${tone}`} role={urgent ? 'alert' : undefined}>
      <Icon size={17} stroke={1.8} aria-hidden />
      <div className="notice-body">
        {title && <strong>{title}</strong>}
        {children}
        {actions && <div className="notice-actions">{actions}</div>}
      </div>
    </div>
  )
}
