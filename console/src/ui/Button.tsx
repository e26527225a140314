import { Button as MantineButton, type ButtonProps as MantineButtonProps } from '@mantine/core'
import { createLink } from '@tanstack/react-router'
import type { AnchorHTMLAttributes, ButtonHTMLAttributes, ReactNode, Ref } from 'react'

type Tone = 'primary' | 'secondary' | 'danger'

const TONES: Record<Tone, Pick<MantineButtonProps, 'variant' | 'color'>> = {
  primary: { variant: 'filled' },
  secondary: { variant: 'default' },
  danger: { variant: 'filled', color: 'signal' },
}

interface CommonProps {
  tone?: Tone
  size?: 'xs' | 'sm'
  icon?: ReactNode
  fullWidth?: boolean
  children: ReactNode
}

interface ButtonProps extends CommonProps, Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'children' | 'color'> {
  loading?: boolean
  ref?: Ref<HTMLButtonElement>
}

export function Button({ tone = 'secondary', icon, type = 'button', style, ...rest }: ButtonProps) {
  return <MantineButton {...TONES[tone]} leftSection={icon} type={type} style={style} {...rest} />
}

interface AnchorProps extends CommonProps, Omit<AnchorHTMLAttributes<HTMLAnchorElement>, 'children' | 'color'> {
  ref?: Ref<HTMLAnchorElement>
}

function ButtonAnchor({ tone = 'secondary', icon, style, ...rest }: AnchorProps) {
  return <MantineButton component="a" {...TONES[tone]} leftSection={icon} style={style} {...rest} />
}

/** A link that looks like a button: it leads somewhere, a button does something. */
export const ButtonLink = createLink(ButtonAnchor)
