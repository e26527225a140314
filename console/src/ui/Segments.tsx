import type { ReactNode } from 'react'

export interface Segment<T> {
  value: T
  label: string
  count: string | null
  mark?: ReactNode
}

interface SegmentsProps<T> {
  label: string
  segments: readonly Segment<T>[]
  value: T
  onChange: (value: T) => void
}

/** A row of filters of which one is on. */
export function Segments<T extends string | undefined>({ label, segments, value, onChange }: SegmentsProps<T>) {
  return (
    <div className="segments" role="group" aria-label={label}>
      {segments.map((segment) => (
        <button
          key={segment.value ?? ''}
          type="button"
          aria-pressed={segment.value === value}
          onClick={() => onChange(segment.value)}
        >
          {segment.mark}
          {segment.label}
          {segment.count !== null && <span className="count num">{segment.count}</span>}
        </button>
      ))}
    </div>
  )
}
