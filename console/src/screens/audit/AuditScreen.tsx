import { useQuery } from '@tanstack/react-query'
import { IconDownload, IconFileTypeCsv, IconHistory, IconJson, IconSearchOff } from '@tabler/icons-react'
import { useCallback, useMemo, useState } from 'react'
import { auditExportUrl, auditQuery } from '../../api/audit'
import { asApiError } from '../../api/problem'
import { sessionQuery } from '../../api/session'
import type { AuditEntry } from '../../api/types'
import { useBook } from '../../i18n/book'
import { auditBook } from '../../i18n/books/audit'
import { useI18n } from '../../i18n/context'
import { type AuditSearch, isNarrowed } from '../../lib/auditSearch'
import type { Scope } from '../../lib/scope'
import { useListState } from '../../lib/useListState'
import { useScope } from '../../shell/useScope'
import { Button } from '../../ui/Button'
import { DataTable } from '../../ui/DataTable'
import { EmptyState } from '../../ui/EmptyState'
import { Menu } from '../../ui/Menu'
import { PageTitle } from '../../ui/PageTitle'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { StaleNotice } from '../../ui/StaleNotice'
import { Switch } from '../../ui/Switch'
import { useScopedWorkspace } from '../workspace/workspaceContext'
import { auditColumns } from './auditColumns'
import { AuditDetails } from './AuditDetails'
import { AuditFilters } from './AuditFilters'
import { AuditPager } from './AuditPager'

const NO_FILTER: Partial<AuditSearch> = {
  range: undefined,
  from: undefined,
  to: undefined,
  actor: undefined,
  action: undefined,
  outcome: undefined,
  q: undefined,
}

export function AuditScreen() {
  const { texts, format } = useI18n()
  const audit = useBook(auditBook)
  const scope = useScope()
  const { search, set } = useListState<AuditSearch>()
  const { place, meaning, ownOnly } = useMeaning()
  const query = useQuery(auditQuery(search, scope))
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set())

  const change = useCallback(
    (part: Partial<AuditSearch>) =>
      // A changed filter starts at its first page; a step through the pages belongs into the history.
      set((before) => ({ ...before, after: undefined, since: undefined, ...part }), !('after' in part)),
    [set],
  )
  const toggle = useCallback(
    (entry: AuditEntry) =>
      setOpened((before) => {
        const after = new Set(before)
        if (!after.delete(entry.id)) after.add(entry.id)
        return after
      }),
    [],
  )

  const columns = useMemo(
    () => auditColumns({ texts, audit, format, isOpen: (entry) => opened.has(entry.id), onToggle: toggle }),
    [texts, audit, format, opened, toggle],
  )

  const page = query.data
  const isEmpty = page !== undefined && page.items.length === 0

  return (
    <>
      <div className="page-head">
        <div>
          <PageTitle title={audit.title} />
          <p className="page-sub">
            {place && <span className="page-place">{place}</span>}
            {meaning}
          </p>
        </div>
        <div className="audit-tools">
          <Switch
            label={audit.live}
            checked={search.live === true}
            onChange={(live) => change({ live: live || undefined })}
          />
          <ExportMenu search={search} scope={scope} />
        </div>
      </div>

      <AuditFilters search={search} onChange={change} />
      {query.isError && page && (
        <StaleNotice
          text={texts.registries.stale(format.dateTime(new Date(query.dataUpdatedAt).toISOString()))}
          onRetry={() => void query.refetch()}
        />
      )}

      <div className="card table-card">
        {query.isError && !page ? (
          <div className="card-body">
            <ProblemNotice
              error={asApiError(query.error)}
              title={audit.failedTitle}
              onRetry={() => void query.refetch()}
            />
          </div>
        ) : isEmpty ? (
          <NothingHere ownOnly={ownOnly} narrowed={isNarrowed(search)} onClear={() => change(NO_FILTER)} />
        ) : (
          <>
            <DataTable
              caption={audit.title}
              columns={columns}
              rows={page?.items ?? []}
              rowKey={(entry) => entry.id}
              loading={page === undefined}
              outdated={query.isPlaceholderData}
              below={(entry) => (opened.has(entry.id) ? <AuditDetails entry={entry} /> : null)}
            />
            {page && <AuditPager search={search} page={page} onChange={change} />}
          </>
        )}
      </div>
    </>
  )
}

/** Whose entries these are: which ones one may read depends on one's role. */
function useMeaning(): { place: string | null; meaning: string; ownOnly: boolean } {
  const { texts } = useI18n()
  const audit = useBook(auditBook)
  const workspace = useScopedWorkspace()
  const { data: session } = useQuery(sessionQuery)
  const hasPlatform = session?.user.platform_role != null
  if (workspace === null) {
    return hasPlatform
      ? { place: texts.registries.subtitle, meaning: audit.meaning, ownOnly: false }
      : { place: null, meaning: texts.workspaces.audit.meaningMine, ownOnly: true }
  }
  const readsAll = hasPlatform || workspace.role === 'admin'
  return {
    place: workspace.name,
    meaning: readsAll ? texts.workspaces.audit.meaning : texts.workspaces.audit.meaningOwn,
    ownOnly: !readsAll,
  }
}

/** The file is fetched by the browser itself: it may be larger than a page should hold. */
function ExportMenu({ search, scope }: { search: AuditSearch; scope: Scope }) {
  const audit = useBook(auditBook)
  const fetchFile = (format: 'csv' | 'jsonl') => {
    const link = document.createElement('a')
    link.href = auditExportUrl(search, scope, format)
    link.download = `audit.${format}`
    link.click()
  }
  return (
    <Menu
      trigger={<Button icon={<IconDownload size={16} aria-hidden />}>{audit.export}</Button>}
      actions={[
        {
          label: audit.exportCsv,
          icon: <IconFileTypeCsv size={16} aria-hidden />,
          onSelect: () => fetchFile('csv'),
        },
        { label: audit.exportJsonl, icon: <IconJson size={16} aria-hidden />, onSelect: () => fetchFile('jsonl') },
      ]}
    />
  )
}

interface NothingHereProps {
  ownOnly: boolean
  narrowed: boolean
  onClear: () => void
}

function NothingHere({ ownOnly, narrowed, onClear }: NothingHereProps) {
  const { texts } = useI18n()
  const audit = useBook(auditBook)
  if (narrowed) {
    return (
      <EmptyState
        icon={<IconSearchOff size={26} stroke={1.5} />}
        title={audit.noMatchTitle}
        action={<Button onClick={onClear}>{texts.action.clearFilters}</Button>}
      >
        {audit.noMatchHelp}
      </EmptyState>
    )
  }
  return (
    <EmptyState icon={<IconHistory size={26} stroke={1.5} />} title={audit.emptyTitle}>
      {ownOnly ? texts.workspaces.audit.emptyOwn : audit.emptyHelp}
    </EmptyState>
  )
}
