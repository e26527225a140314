import type { ReactNode } from 'react'
import type { Observed } from '../api/types'
import { useTexts } from '../i18n/context'
import { VisuallyHidden } from './VisuallyHidden'

interface ObservedValueProps {
  observed: Observed
  children: (value: number) => ReactNode
}

/** A figure in a table cell; a dash with its reason when it is not known. Unknown is never shown as zero. */
export function ObservedValue({ observed, children }: ObservedValueProps) {
  const texts = useTexts()
  if (observed.value !== null && observed.value !== undefined) return children(observed.value)
  const reason = observed.unavailable ? texts.observed[observed.unavailable] : texts.observed.none
  return (
    <span className="fine" title={reason}>
      <span aria-hidden>–</span>
      <VisuallyHidden>{reason}</VisuallyHidden>
    </span>
  )
}
