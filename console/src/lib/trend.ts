/** The corners of a line through `values`, as an SVG's `points`, in a box of this size. A line that does not move lies in the middle. */
export function trendPoints(values: readonly number[], width: number, height: number): string {
  const lowest = Math.min(...values)
  const span = Math.max(...values) - lowest
  const step = values.length > 1 ? width / (values.length - 1) : 0
  return values
    .map((value, index) => {
      const y = span === 0 ? height / 2 : height - ((value - lowest) / span) * height
      return `${round(index * step)},${round(y)}`
    })
    .join(' ')
}

/** How much of `whole` a part is, in percent: nothing is 0, everything 100, and neither is shown before it is true. */
export function percentOf(part: number, whole: number): number {
  if (whole <= 0 || part <= 0) return 0
  if (part >= whole) return 100
  return Math.min(99, Math.max(1, Math.round((part / whole) * 100)))
}

const round = (value: number) => Math.round(value * 100) / 100
