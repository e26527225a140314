import { Tooltip } from '@mantine/core'
import type { ReactElement } from 'react'

interface TipProps {
  text: string
  disabled?: boolean
  children: ReactElement
}

/** A short explanation on hover and focus. Never the only place of an information. */
export function Tip({ text, disabled, children }: TipProps) {
  return (
    <Tooltip label={text} disabled={disabled} multiline maw={320}>
      {children}
    </Tooltip>
  )
}
