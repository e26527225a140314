import { useId } from 'react'
import type { AuditEntry } from '../../api/types'
import { useBook } from '../../i18n/book'
import { auditBook } from '../../i18n/books/audit'
import { useI18n } from '../../i18n/context'
import { auditDiff, type DiffRow } from '../../lib/auditDiff'
import { Copy } from '../../ui/Copy'
import { type KeyValue, KeyValues } from '../../ui/KeyValues'
import { refusalText } from './auditText'

/** Everything else an entry tells: where it came from, and what changed. */
export function AuditDetails({ entry }: { entry: AuditEntry }) {
  const { texts, format } = useI18n()
  const words = useBook(auditBook)
  const rows = auditDiff(entry.before, entry.after)
  const id = (value: string, what: string) => (
    <span className="address-cell">
      <code className="mono">{value}</code>
      <Copy value={value} what={what} />
    </span>
  )
  const entries: KeyValue[] = [
    { key: words.exactTime, value: format.exactTime(entry.at) },
    {
      key: entry.actor.type === 'roadstead' ? words.causedBy : words.requestId,
      value: id(entry.request_id, words.requestId),
    },
  ]
  if (entry.source_address) entries.push({ key: words.source, value: <code className="mono">{entry.source_address}</code> })
  if (entry.actor.type === 'user') entries.push({ key: words.actorId, value: id(entry.actor.id, words.actorId) })
  if (entry.object.id !== '') entries.push({ key: words.objectId, value: id(entry.object.id, words.objectId) })
  if (entry.workspace_id) entries.push({ key: words.workspaceId, value: id(entry.workspace_id, words.workspaceId) })
  const reason = refusalText(texts, entry)
  if (reason) entries.push({ key: words.reason, value: reason })

  return (
    <div className="audit-details">
      <KeyValues entries={entries} />
      {rows.length > 0 && <Changes rows={rows} />}
    </div>
  )
}

function Changes({ rows }: { rows: readonly DiffRow[] }) {
  const titleId = useId()
  const words = useBook(auditBook)
  return (
    <section className="diff" aria-labelledby={titleId}>
      <h2 id={titleId}>{words.changes}</h2>
      <table>
        <thead>
          <tr>
            <th scope="col">{words.field}</th>
            <th scope="col">{words.before}</th>
            <th scope="col">{words.after}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.path}>
              <th scope="row">
                <code className="mono">{row.path}</code>
              </th>
              <td>
                <Side value={row.before} tag="del" />
              </td>
              <td>
                <Side value={row.after} tag="ins" />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function Side({ value, tag: Tag }: { value: string | null; tag: 'del' | 'ins' }) {
  const audit = useBook(auditBook)
  if (value === null) return <span className="muted">{audit.absent}</span>
  if (value === '') return <span className="muted">{audit.emptyText}</span>
  return <Tag className="mono">{value}</Tag>
}
