import { useI18n } from '../i18n/context'

/** A short time span, such as a latency. */
export function Duration({ ms }: { ms: number }) {
  const { format, texts } = useI18n()
  const { text, unit } = format.duration(ms)
  return <span className="num">{unit === 'ms' ? texts.time.milliseconds(text) : texts.time.seconds(text)}</span>
}
