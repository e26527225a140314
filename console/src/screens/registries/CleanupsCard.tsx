import { useQuery } from '@tanstack/react-query'
import { asApiError } from '../../api/problem'
import { cleanupsQuery } from '../../api/cleanups'
import type { Cleanup } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { errorText } from '../../i18n/problemText'
import { useScope } from '../../shell/useScope'
import { Card } from '../../ui/Card'
import { type Column, DataTable } from '../../ui/DataTable'
import { Glyph } from '../../ui/Glyph'
import { ProblemNotice } from '../../ui/ProblemNotice'

/** What is still in registries that were disconnected. Nothing is shown where nothing is left. */
export function CleanupsCard() {
  const { texts, format } = useI18n()
  const words = texts.registryCare
  const scope = useScope()
  const query = useQuery(cleanupsQuery())
  if (query.isError && query.data === undefined) {
    return (
      <ProblemNotice
        error={asApiError(query.error)}
        title={words.cleanupFailed}
        onRetry={() => void query.refetch()}
      />
    )
  }
  const rows = (query.data?.items ?? []).filter(({ owner }) =>
    scope.type === 'workspace' ? owner.type === 'workspace' && owner.id === scope.id : owner.type === 'platform',
  )
  if (rows.length === 0) return null
  const columns: Column<Cleanup>[] = [
    {
      id: 'registry',
      header: words.cleanupRegistry,
      rowHeader: true,
      cell: (cleanup) => (
        <div className="name-cell">
          <Glyph kind={cleanup.kind} />
          <div className="name-text">
            <span>{cleanup.name}</span>
            <div className="fine mono break">{cleanup.address}</div>
          </div>
        </div>
      ),
    },
    {
      id: 'items',
      header: words.cleanupItems,
      cell: (cleanup) => (
        <ul className="plain-list">
          {cleanup.items.map((item, index) => (
            <li key={index} className="break">
              {words.made[item.kind](item.name)}
              {item.last_error && <div className="fine">{errorText(texts, item.last_error).title}</div>}
            </li>
          ))}
        </ul>
      ),
    },
    {
      id: 'state',
      header: words.cleanupState,
      cell: (cleanup) => {
        const attempts = format.number(Math.max(0, ...cleanup.items.map((item) => item.attempts)))
        return cleanup.given_up_at
          ? words.cleanupGivenUp(attempts)
          : words.cleanupTrying(attempts, format.dateTime(cleanup.gives_up_at))
      },
    },
  ]
  const more = query.data?.next_cursor != null
  return (
    <div className="cleanups">
      <Card title={words.cleanupsTitle}>
        <p className="fine card-note">{words.cleanupsMeaning}</p>
        <DataTable caption={words.cleanupsTitle} columns={columns} rows={rows} rowKey={(cleanup) => cleanup.id} loading={false} />
        {more && <p className="fine card-note">{words.cleanupsMore(format.number(query.data?.total.value ?? 0))}</p>}
      </Card>
    </div>
  )
}
