import { useEffect } from 'react'
import { useI18n } from '../../i18n/context'
import { useNow } from '../../lib/clock'
import { waitText } from '../../lib/waiting'
import { announce } from '../../ui/announce'
import { Notice } from '../../ui/Notice'

interface ThrottledProps {
  /** When the next attempt is taken, by the server's clock in milliseconds. */
  until: number
}

/** How long is still to be waited. It is spoken when it begins and when it is over, not every second. */
export function Throttled({ until }: ThrottledProps) {
  const { texts, format } = useI18n()
  const words = texts.people.login
  const now = useNow()
  const seconds = (until - now) / 1000
  const over = seconds <= 0

  useEffect(() => {
    announce(over ? words.waitOver : `${words.wait}. ${words.waitFor(waitText(texts, format, (until - now) / 1000))}`)
    // What is left is no reason to speak again.
  }, [until, over])

  return (
    <Notice tone={over ? 'info' : 'bad'} title={over ? undefined : words.wait}>
      <p>{over ? words.waitOver : words.waitFor(waitText(texts, format, seconds))}</p>
    </Notice>
  )
}
