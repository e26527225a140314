/** A figure of one day. */
export interface TrendDay {
  /** Days are counted, so that it is seen where some are missing. */
  day: number
  value: number
}

const DAY_MS = 86_400_000

/** Half the length of the dash that stands for a day alone. */
const DASH = 2

/** The number of the day that a moment lies in, in UTC as the server counts. */
export const dayOf = (at: string) => Math.floor(Date.parse(at) / DAY_MS)

/**
 * The corners of the lines through `days`, each as an SVG's `points`, in a box of this size: one line for all days without
 * a gap between them. A line that does not move lies in the middle; a single day is a dash.
 */
export function trendLines(days: readonly TrendDay[], width: number, height: number): string[] {
  const values = days.map(({ value }) => value)
  const lowest = Math.min(...values)
  const span = Math.max(...values) - lowest
  const first = days[0]?.day ?? 0
  const length = (days.at(-1)?.day ?? 0) - first
  const lines: [number, number][][] = []
  days.forEach(({ day, value }, index) => {
    const x = length === 0 ? 0 : ((day - first) / length) * width
    const y = span === 0 ? height / 2 : height - ((value - lowest) / span) * height
    const before = days[index - 1]
    const line = lines.at(-1)
    if (line && before && day - before.day <= 1) line.push([x, y])
    else lines.push([[x, y]])
  })
  return lines.map((line) => {
    const [x = 0, y = 0] = line[0] ?? []
    const corners = line.length === 1 ? [[x - DASH, y], [x + DASH, y]] : line
    return corners.map(([x = 0, y = 0]) => `${round(x)},${round(y)}`).join(' ')
  })
}

/** How much of `whole` a part is, in percent: nothing is 0, everything 100, and neither is shown before it is true. */
export function percentOf(part: number, whole: number): number {
  if (whole <= 0 || part <= 0) return 0
  if (part >= whole) return 100
  return Math.min(99, Math.max(1, Math.round((part / whole) * 100)))
}

const round = (value: number) => Math.round(value * 100) / 100
