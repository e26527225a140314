import type { ComponentProps } from 'react'
import { Button } from './Button'
import { Tip } from './Tip'

interface GuardedButtonProps extends ComponentProps<typeof Button> {
  /** Why it cannot be used; it stays readable and reachable, and does nothing. */
  blocked?: string
}

/** A button that says why it cannot be used instead of vanishing. */
export function GuardedButton({ blocked, onClick, ...rest }: GuardedButtonProps) {
  if (!blocked) return <Button onClick={onClick} {...rest} />
  return (
    <Tip text={blocked}>
      <Button {...rest} aria-disabled data-disabled />
    </Tip>
  )
}
