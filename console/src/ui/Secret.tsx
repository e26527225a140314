import { IconCheck, IconCopy } from '@tabler/icons-react'
import { useState } from 'react'
import { copyText } from '../lib/clipboard'
import { announce } from './announce'
import { Button } from './Button'

interface SecretProps {
  value: string
  /** What it is, for assistive technology. */
  label: string
  copyLabel: string
  copiedLabel: string
}

/** A secret that is shown this once, with a button that copies it. */
export function Secret({ value, label, copyLabel, copiedLabel }: SecretProps) {
  const [copied, setCopied] = useState(false)
  const copy = async () => {
    if (!(await copyText(value))) return
    setCopied(true)
    announce(copiedLabel)
  }
  return (
    <div className="secret">
      <output className="mono break" aria-label={label}>
        {value}
      </output>
      <Button
        tone="primary"
        data-autofocus
        icon={copied ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />}
        onClick={() => void copy()}
      >
        {copied ? copiedLabel : copyLabel}
      </Button>
    </div>
  )
}
