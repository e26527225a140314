import type { Texts } from '../i18n/en'
import type { Formatters } from '../i18n/format'

/** A waiting time in words, such as "1 minute 20 seconds". */
export function waitText(texts: Texts, format: Formatters, seconds: number): string {
  const words = texts.people.login
  const whole = Math.max(1, Math.ceil(seconds))
  const minutes = Math.floor(whole / 60)
  const rest = whole % 60
  const minutesText = words.minutes(format.number(minutes), minutes === 1)
  const secondsText = words.seconds(format.number(rest), rest === 1)
  if (minutes === 0) return secondsText
  return rest === 0 ? minutesText : words.minutesAnd(minutesText, secondsText)
}
