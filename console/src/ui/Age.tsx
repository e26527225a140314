import { useI18n } from '../i18n/context'
import { useNow } from '../lib/clock'

/** How long ago something was; renews itself each second. The exact time is in the tip. */
export function Age({ at }: { at: string }) {
  const { format } = useI18n()
  const now = useNow()
  return (
    <time dateTime={at} title={format.exactTime(at)}>
      {format.age(at, now)}
    </time>
  )
}
