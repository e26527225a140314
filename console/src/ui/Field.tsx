import { Checkbox, NativeSelect, PasswordInput, Textarea, TextInput } from '@mantine/core'
import { IconSelector } from '@tabler/icons-react'
import { type ReactNode, type Ref, useId } from 'react'
import { useTexts } from '../i18n/context'

interface FieldProps {
  label: string
  description?: string
  error?: string
  required?: boolean
  disabled?: boolean
  name?: string
  value: string
  onChange: (value: string) => void
  onBlur?: () => void
}

// Mantine marks a required field with an asterisk; the browser's own bubbles are off, the form shows errors itself.
const common = ({ label, description, error, required, disabled, name, value, onBlur }: FieldProps) => ({
  label,
  description,
  error,
  disabled,
  name,
  value,
  onBlur,
  withAsterisk: required,
  'aria-required': required || undefined,
})

interface TextFieldProps extends FieldProps {
  autoComplete?: string
  placeholder?: string
  mono?: boolean
  autoFocus?: boolean
  type?: 'text' | 'url'
  /** Values the browser offers while typing; others can be typed all the same. */
  suggestions?: readonly { value: string; label: string }[]
  ref?: Ref<HTMLInputElement>
}

export function TextField(props: TextFieldProps) {
  const listId = useId()
  const field = (
    <TextInput
      {...common(props)}
      ref={props.ref}
      type="text"
      inputMode={props.type === 'url' ? 'url' : undefined}
      onChange={(event) => props.onChange(event.currentTarget.value)}
      autoComplete={props.autoComplete ?? 'off'}
      autoCapitalize="none"
      spellCheck={false}
      placeholder={props.placeholder}
      data-autofocus={props.autoFocus || undefined}
      classNames={props.mono ? { input: 'mono' } : undefined}
      list={props.suggestions ? listId : undefined}
    />
  )
  if (!props.suggestions) return field
  return (
    <>
      {field}
      <datalist id={listId}>
        {props.suggestions.map(({ value, label }) => (
          <option key={value} value={value} label={label} />
        ))}
      </datalist>
    </>
  )
}

interface PasswordFieldProps extends FieldProps {
  autoFocus?: boolean
  autoComplete: 'current-password' | 'new-password' | 'off'
  ref?: Ref<HTMLInputElement>
}

export function PasswordField(props: PasswordFieldProps) {
  const texts = useTexts()
  return (
    <PasswordInput
      {...common(props)}
      // The kit marks its other fields by itself, but not this one.
      aria-invalid={props.error ? true : undefined}
      ref={props.ref}
      onChange={(event) => props.onChange(event.currentTarget.value)}
      autoComplete={props.autoComplete}
      data-autofocus={props.autoFocus || undefined}
      visibilityToggleButtonProps={{ 'aria-label': texts.action.showPassword, tabIndex: 0 }}
    />
  )
}

interface TextAreaFieldProps extends FieldProps {
  /** The label stands beside the field already; this one is for assistive technology only. */
  hiddenLabel?: boolean
  rows?: number
  mono?: boolean
  placeholder?: string
  ref?: Ref<HTMLTextAreaElement>
}

export function TextAreaField(props: TextAreaFieldProps) {
  return (
    <Textarea
      {...common(props)}
      label={props.hiddenLabel ? undefined : props.label}
      aria-label={props.hiddenLabel ? props.label : undefined}
      ref={props.ref}
      rows={props.rows ?? 3}
      onChange={(event) => props.onChange(event.currentTarget.value)}
      placeholder={props.placeholder}
      spellCheck={!props.mono}
      classNames={props.mono ? { input: 'mono' } : undefined}
    />
  )
}

interface CheckboxFieldProps {
  label: string
  description?: string
  error?: string
  name?: string
  checked: boolean
  onChange: (checked: boolean) => void
  ref?: Ref<HTMLInputElement>
}

export function CheckboxField({ onChange, ...rest }: CheckboxFieldProps) {
  return <Checkbox {...rest} onChange={(event) => onChange(event.currentTarget.checked)} />
}

interface SelectFieldProps<T extends string> {
  label: string
  /** The label is there for assistive technology only. */
  hiddenLabel?: boolean
  description?: string
  value: T
  options: readonly { value: T; label: string }[]
  onChange: (value: T) => void
  leftSection?: ReactNode
}

/** The platform's own select: it needs no script, and on a phone it is the control people know. */
export function SelectField<T extends string>({ label, hiddenLabel, onChange, options, ...rest }: SelectFieldProps<T>) {
  return (
    <NativeSelect
      {...rest}
      label={hiddenLabel ? undefined : label}
      aria-label={hiddenLabel ? label : undefined}
      data={[...options]}
      rightSection={<IconSelector size={15} stroke={1.7} aria-hidden />}
      onChange={(event) => onChange(event.currentTarget.value as T)}
    />
  )
}

interface SearchFieldProps {
  label: string
  value: string
  icon: ReactNode
  onChange: (value: string) => void
}

/** A filter box whose placeholder is its label. */
export function SearchField({ label, value, icon, onChange }: SearchFieldProps) {
  return (
    <TextInput
      type="search"
      aria-label={label}
      placeholder={label}
      value={value}
      leftSection={icon}
      autoComplete="off"
      spellCheck={false}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  )
}
