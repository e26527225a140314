import { IconCheck, IconCopy } from '@tabler/icons-react'
import { useEffect, useId, useRef, useState } from 'react'
import { copyText } from '../lib/clipboard'
import { announce } from './announce'
import { Button } from './Button'

interface SecretProps {
  label: string
  value: string
  /** What the button says; the value itself must not be read out. */
  copyLabel: string
  copiedLabel: string
}

/** A value that is shown this once. The button that copies it is the next thing to do and has the focus. */
export function Secret({ label, value, copyLabel, copiedLabel }: SecretProps) {
  const id = useId()
  const button = useRef<HTMLButtonElement>(null)
  const [copied, setCopied] = useState(false)
  // What had the focus, the form that made the secret, is gone.
  useEffect(() => button.current?.focus(), [])

  const copy = async () => {
    if (!(await copyText(value))) return
    setCopied(true)
    announce(copiedLabel)
  }

  return (
    <div className="secret">
      <label className="field-label" htmlFor={id}>
        {label}
      </label>
      {/* A field and no plain text: the keyboard reaches it, and what cannot be copied can be selected. */}
      <textarea
        id={id}
        className="mono"
        readOnly
        rows={2}
        spellCheck={false}
        value={value}
        onFocus={(event) => event.currentTarget.select()}
      />
      <Button
        ref={button}
        tone="primary"
        icon={copied ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />}
        onClick={() => void copy()}
      >
        {copied ? copiedLabel : copyLabel}
      </Button>
    </div>
  )
}
