import { ActionIcon } from '@mantine/core'
import { createLink } from '@tanstack/react-router'
import type { AnchorHTMLAttributes, ButtonHTMLAttributes, ReactNode, Ref } from 'react'
import { Tip } from './Tip'

interface CommonProps {
  /** The accessible name, shown as a tip too. */
  label: string
  size?: number
  children: ReactNode
  /** A surrounding menu button shows its own content; a tip would cover it. */
  withTip?: boolean
  /** With a border, to stand beside other buttons. */
  outlined?: boolean
}

interface IconButtonProps extends CommonProps, Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'children' | 'color'> {
  /** Why it cannot be used; it stays reachable, and does nothing. */
  blocked?: string
  ref?: Ref<HTMLButtonElement>
}

export function IconButton({ label, blocked, size = 32, withTip = true, outlined, style, onClick, ...rest }: IconButtonProps) {
  return (
    <Tip text={blocked ?? label} disabled={!withTip}>
      <ActionIcon
        size={size}
        aria-label={label}
        aria-description={blocked}
        aria-disabled={blocked ? true : undefined}
        data-disabled={blocked ? true : undefined}
        type="button"
        variant={outlined ? 'default' : 'subtle'}
        style={style}
        onClick={blocked ? undefined : onClick}
        {...rest}
      />
    </Tip>
  )
}

interface IconAnchorProps extends CommonProps, Omit<AnchorHTMLAttributes<HTMLAnchorElement>, 'children' | 'color'> {
  ref?: Ref<HTMLAnchorElement>
}

function IconAnchor({ label, size = 32, withTip = true, outlined: _outlined, style, ...rest }: IconAnchorProps) {
  return (
    <Tip text={label} disabled={!withTip}>
      <ActionIcon component="a" size={size} aria-label={label} style={style} {...rest} />
    </Tip>
  )
}

export const IconLink = createLink(IconAnchor)
