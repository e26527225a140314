import type { ReactNode } from 'react'

export type ChipTone = 'ok' | 'warn' | 'bad' | 'unknown' | 'accent'

interface ChipProps {
  tone: ChipTone
  icon: ReactNode
  children: ReactNode
}

/** A state as icon, word and tint; never by colour alone. */
export function Chip({ tone, icon, children }: ChipProps) {
  return (
    <span className={`chip ${tone}`}>
      {icon}
      {children}
    </span>
  )
}
