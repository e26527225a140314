import { IconCheck, IconCopy } from '@tabler/icons-react'
import { useEffect, useRef, useState } from 'react'
import { useTexts } from '../i18n/context'
import { copyText } from '../lib/clipboard'
import { announce } from './announce'
import { IconButton } from './IconButton'

const CONFIRMED_MS = 1_600

interface CopyProps {
  value: string
  /** What is copied, when the value itself says little. */
  what?: string
}

/** A button after a value that copies it. */
export function Copy({ value, what = value }: CopyProps) {
  const texts = useTexts()
  const [copied, setCopied] = useState(false)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])

  const copy = async () => {
    if (!(await copyText(value))) return
    setCopied(true)
    announce(texts.action.copiedWhat(what))
    clearTimeout(timer.current)
    timer.current = setTimeout(() => setCopied(false), CONFIRMED_MS)
  }

  return (
    <IconButton label={texts.action.copy(what)} size={24} onClick={copy}>
      {copied ? <IconCheck size={14} color="var(--rs-ok)" aria-hidden /> : <IconCopy size={14} aria-hidden />}
    </IconButton>
  )
}
