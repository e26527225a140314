import type { ReactNode } from 'react'

export interface KeyValue {
  key: string
  value: ReactNode
}

/** Names and values in two columns. */
export function KeyValues({ entries }: { entries: readonly KeyValue[] }) {
  return (
    <dl className="kv">
      {entries.map((entry) => (
        <div key={entry.key}>
          <dt>{entry.key}</dt>
          <dd>{entry.value}</dd>
        </div>
      ))}
    </dl>
  )
}
