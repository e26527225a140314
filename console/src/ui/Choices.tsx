import { useId } from 'react'

interface Choice<T> {
  value: T
  label: string
  help?: string
}

interface ChoicesProps<T extends string> {
  label: string
  choices: readonly Choice<T>[]
  value: T
  onChange: (value: T) => void
}

/** A few choices of which one is made, each with what it means. */
export function Choices<T extends string>({ label, choices, value, onChange }: ChoicesProps<T>) {
  const name = useId()
  return (
    <fieldset className="group choices">
      <legend>{label}</legend>
      {choices.map((choice) => (
        <div key={choice.value} className="choice">
          <input
            type="radio"
            id={`${name}${choice.value}`}
            name={name}
            checked={choice.value === value}
            aria-describedby={choice.help ? `${name}${choice.value}-help` : undefined}
            onChange={() => onChange(choice.value)}
          />
          <label htmlFor={`${name}${choice.value}`}>{choice.label}</label>
          {choice.help && (
            <span className="fine" id={`${name}${choice.value}-help`}>
              {choice.help}
            </span>
          )}
        </div>
      ))}
    </fieldset>
  )
}
