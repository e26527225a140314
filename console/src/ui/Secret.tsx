import { useId } from 'react'
import { Copy } from './Copy'

interface SecretProps {
  label: string
  value: string
  /** What the copy button says it copies: the value itself must not be read out. */
  what: string
}

/** A value that is shown once, to be copied. */
export function Secret({ label, value, what }: SecretProps) {
  const labelId = useId()
  return (
    <div className="secret">
      <span className="field-label" id={labelId}>
        {label}
      </span>
      <div className="command">
        {/* A scrolling box has to be reachable with the keyboard, hence no plain text. */}
        <input
          className="mono secret-value"
          aria-labelledby={labelId}
          readOnly
          value={value}
          onFocus={(event) => event.currentTarget.select()}
        />
        <Copy value={value} what={what} />
      </div>
    </div>
  )
}
