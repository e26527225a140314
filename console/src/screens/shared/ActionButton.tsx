import type { ReactNode, Ref } from 'react'
import { Button } from '../../ui/Button'
import { Tip } from '../../ui/Tip'

interface ActionButtonProps {
  icon?: ReactNode
  /** Why it cannot be used; it stays where it is and says so. */
  disabledReason?: string
  onClick: () => void
  ref?: Ref<HTMLButtonElement>
  children: ReactNode
}

/** The main thing to do on a page. */
export function ActionButton({ icon, disabledReason, onClick, ref, children }: ActionButtonProps) {
  if (disabledReason === undefined) {
    return (
      <Button ref={ref} tone="primary" icon={icon} onClick={onClick}>
        {children}
      </Button>
    )
  }
  return (
    <Tip text={disabledReason}>
      <Button tone="primary" icon={icon} aria-disabled data-disabled>
        {children}
      </Button>
    </Tip>
  )
}
