import { TextInput } from '@mantine/core'

interface DateTimeFieldProps {
  label: string
  value: string
  onChange: (value: string) => void
}

/** The platform's own box for a local date and time. */
export function DateTimeField({ onChange, ...rest }: DateTimeFieldProps) {
  return <TextInput {...rest} type="datetime-local" onChange={(event) => onChange(event.currentTarget.value)} />
}
