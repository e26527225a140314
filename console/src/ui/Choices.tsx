import { type ReactNode, type Ref, useId } from 'react'

interface Choice<T> {
  value: T
  label: string
  /** What choosing it means. */
  help: string
}

interface ChoicesProps<T extends string> {
  label: string
  choices: readonly Choice<T>[]
  value: T
  onChange: (value: T) => void
  /** What else is to be known before choosing. */
  note?: ReactNode
  /** The chosen one's button, so that the focus can be put there. */
  ref?: Ref<HTMLInputElement>
}

/** One of a few, each with a sentence that says what it means. */
export function Choices<T extends string>({ label, choices, value, onChange, note, ref }: ChoicesProps<T>) {
  const id = useId()
  return (
    <fieldset className="choices" aria-describedby={note ? `${id}-note` : undefined}>
      <legend>{label}</legend>
      {note && (
        <p className="fine" id={`${id}-note`}>
          {note}
        </p>
      )}
      {choices.map((choice) => (
        <label key={choice.value}>
          <input
            type="radio"
            name={id}
            value={choice.value}
            checked={choice.value === value}
            ref={choice.value === value ? ref : undefined}
            aria-labelledby={`${id}-${choice.value}-label`}
            aria-describedby={`${id}-${choice.value}`}
            onChange={() => onChange(choice.value)}
          />
          <span className="choice-label" id={`${id}-${choice.value}-label`}>
            {choice.label}
          </span>
          <span className="fine" id={`${id}-${choice.value}`}>
            {choice.help}
          </span>
        </label>
      ))}
    </fieldset>
  )
}
