import { roughSpan } from '../lib/span'
import type { Formatters } from './format'
import { LANGUAGE_TAG, type Locale } from './locale'

/** A byte count as one text. */
export function sizeText(format: Formatters, bytes: number): string {
  const { value, unit } = format.bytes(bytes)
  return `${value} ${unit}`
}

/** A time to wait in words: "3 minutes". */
export function spanText(locale: Locale, ms: number): string {
  const { amount, unit } = roughSpan(ms)
  return new Intl.NumberFormat(LANGUAGE_TAG[locale], { style: 'unit', unit, unitDisplay: 'long' }).format(amount)
}
