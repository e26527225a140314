import { TextInput } from '@mantine/core'
import type { Ref } from 'react'

interface DateTimeFieldProps {
  label: string
  value: string
  error?: string
  required?: boolean
  onChange: (value: string) => void
  ref?: Ref<HTMLInputElement>
}

/** The platform's own box for a local date and time. */
export function DateTimeField({ onChange, required, ...rest }: DateTimeFieldProps) {
  return (
    <TextInput
      {...rest}
      type="datetime-local"
      withAsterisk={required}
      aria-required={required || undefined}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  )
}
