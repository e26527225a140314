import { LANGUAGE_TAG, type Locale } from './locale'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'] as const

/** A byte count as its number and its unit, which the overview sets in different sizes. */
export interface ByteParts {
  value: string
  unit: string
}

/** Numbers, sizes and times the way the language writes them. */
export interface Formatters {
  number(value: number): string
  bytes(value: number): ByteParts
  /** Date and time to the minute. */
  dateTime(iso: string): string
  /** The day. */
  date(iso: string): string
  /** The time of day to the minute. */
  clock(iso: string): string
  /** How long something lasted, in its two largest units. */
  span(ms: number): string
  /** The date alone. */
  day(iso: string): string
  /** Date and time to the second, short enough for a table. */
  second(iso: string): string
  /** Date and time to the second, with the zone: the exact value behind an age. */
  exactTime(iso: string): string
  /** How long ago, in the largest fitting unit; `nowMs` is the server's clock. */
  age(iso: string, nowMs: number): string
  /** A time the server needed, as milliseconds below ten seconds, else as seconds. */
  duration(ms: number): { text: string; unit: 'ms' | 's' }
}

/** The formatters of a language; build once, the `Intl` objects are costly. */
export function createFormatters(locale: Locale): Formatters {
  const tag = LANGUAGE_TAG[locale]
  const whole = new Intl.NumberFormat(tag, { maximumFractionDigits: 0 })
  const oneDigit = new Intl.NumberFormat(tag, { minimumFractionDigits: 1, maximumFractionDigits: 1 })
  const relative = new Intl.RelativeTimeFormat(tag, { numeric: 'always', style: 'narrow' })
  const dateTime = new Intl.DateTimeFormat(tag, { dateStyle: 'medium', timeStyle: 'short' })
  const date = new Intl.DateTimeFormat(tag, { dateStyle: 'medium' })
  const clock = new Intl.DateTimeFormat(tag, { timeStyle: 'short' })
  const unit = (name: 'second' | 'minute' | 'hour' | 'day') =>
    new Intl.NumberFormat(tag, { style: 'unit', unit: name, unitDisplay: 'short', maximumFractionDigits: 0 })
  const units = [
    { size: DAY, format: unit('day') },
    { size: HOUR, format: unit('hour') },
    { size: MINUTE, format: unit('minute') },
    { size: SECOND, format: unit('second') },
  ]
  const day = new Intl.DateTimeFormat(tag, { dateStyle: 'medium' })
  const second = new Intl.DateTimeFormat(tag, { dateStyle: 'medium', timeStyle: 'medium' })
  const exact = new Intl.DateTimeFormat(tag, { dateStyle: 'long', timeStyle: 'long' })

  // Narrow English writes "3s ago"; beside "12 ms" the unit wants its space.
  const ago = (amount: number, unit: Intl.RelativeTimeFormatUnit) =>
    relative.format(-Math.floor(amount), unit).replace(/(\d)([a-z])/, '$1\u00a0$2')

  return {
    number: (value) => whole.format(value),
    bytes(value) {
      let amount = value
      let unit = 0
      while (amount >= 1024 && unit < BYTE_UNITS.length - 1) {
        amount /= 1024
        unit += 1
      }
      // 99.95 would print as "100.0"; three digits are enough from there on.
      const text = unit === 0 || amount >= 99.95 ? whole.format(amount) : oneDigit.format(amount)
      return { value: text, unit: BYTE_UNITS[unit] ?? 'B' }
    },
    dateTime: (iso) => dateTime.format(new Date(iso)),
    date: (iso) => date.format(new Date(iso)),
    clock: (iso) => clock.format(new Date(iso)),
    span(ms) {
      // Two days are told as 48 hours, like the strip they belong to.
      const fitting = units.findIndex(({ size }) => ms >= size && (size !== DAY || ms > 2 * DAY))
      const from = fitting < 0 ? units.length - 1 : fitting
      let left = Math.floor(ms / SECOND) * SECOND
      const parts = units.slice(from, from + 2).map(({ size, format }) => {
        const amount = Math.floor(left / size)
        left -= amount * size
        return { amount, text: format.format(amount) }
      })
      return parts
        .filter(({ amount }, index) => index === 0 || amount > 0)
        .map(({ text }) => text)
        .join(' ')
    },
    day: (iso) => day.format(new Date(iso)),
    second: (iso) => second.format(new Date(iso)),
    exactTime: (iso) => exact.format(new Date(iso)),
    age(iso, nowMs) {
      // A clock that runs ahead by a moment must not say "in 1 second".
      const elapsed = Math.max(0, nowMs - Date.parse(iso))
      if (elapsed < MINUTE) return ago(elapsed / SECOND, 'second')
      if (elapsed < HOUR) return ago(elapsed / MINUTE, 'minute')
      if (elapsed < DAY) return ago(elapsed / HOUR, 'hour')
      return ago(elapsed / DAY, 'day')
    },
    duration(ms) {
      return ms < 10_000 ? { text: whole.format(ms), unit: 'ms' } : { text: whole.format(ms / 1000), unit: 's' }
    },
  }
}
