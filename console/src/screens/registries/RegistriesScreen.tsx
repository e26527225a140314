import { useQuery } from '@tanstack/react-query'
import { IconAnchor, IconPlus, IconSearchOff } from '@tabler/icons-react'
import { useCallback, useMemo, useRef, useState } from 'react'
import { asApiError } from '../../api/problem'
import { asFull, registriesQuery } from '../../api/registries'
import { sessionQuery } from '../../api/session'
import type { Registry } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { isFiltered, type RegistrySearch } from '../../lib/registrySearch'
import { useSteadyOrder } from '../../lib/steadyOrder'
import { useFetched } from '../../lib/useFetched'
import { useListState } from '../../lib/useListState'
import { useShownView } from '../../lib/useShownView'
import { FOCUS_RETURN_MS } from '../shared/useShown'
import { useScope } from '../../shell/useScope'
import { Button } from '../../ui/Button'
import { DataTable } from '../../ui/DataTable'
import { EmptyState } from '../../ui/EmptyState'
import { GuardedButton } from '../../ui/GuardedButton'
import { focusPageTitle, PageTitle } from '../../ui/PageTitle'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { StaleNotice } from '../../ui/StaleNotice'
import { disabledAction } from '../shared/disabledAction'
import { OrderChanged } from '../shared/OrderChanged'
import { useScopedWorkspace } from '../workspace/workspaceContext'
import { CleanupsCard } from './CleanupsCard'
import { FromPlatform } from './FromPlatform'
import { registryColumns } from './registryColumns'
import { RegistryFilters } from './RegistryFilters'
import { RegistryPager } from './RegistryPager'

const fetchIntegrateDrawer = async () => (await import('./IntegrateDrawer')).IntegrateDrawer
const fetchEditDrawer = async () => (await import('./EditDrawer')).EditDrawer
const fetchRotateDialog = async () => (await import('./RotateDialog')).RotateDialog
const fetchTestDialog = async () => (await import('../registry/TestDialog')).TestDialog
const fetchDisconnectDialog = async () => (await import('../registry/DisconnectDialog')).DisconnectDialog

export function RegistriesScreen() {
  const { texts, format } = useI18n()
  const scope = useScope()
  const workspace = useScopedWorkspace()
  const { search, set, change } = useListState<RegistrySearch>()
  const query = useQuery(registriesQuery(search, scope))
  const integrateButton = useRef<HTMLButtonElement>(null)
  const IntegrateDrawer = useFetched(fetchIntegrateDrawer)
  const EditDrawer = useFetched(fetchEditDrawer)
  const RotateDialog = useFetched(fetchRotateDialog)
  const TestDialog = useFetched(fetchTestDialog)
  const DisconnectDialog = useFetched(fetchDisconnectDialog)
  const [testing, setTesting] = useState<Registry | null>(null)
  const [editing, setEditing] = useState<Registry | null>(null)
  const [rotating, setRotating] = useState<Registry | null>(null)
  const [disconnecting, setDisconnecting] = useState<Registry | null>(null)

  const setIntegrate = useCallback(
    (integrate: boolean) => set((before) => ({ ...before, integrate: integrate || undefined }), !integrate),
    [set],
  )

  const page = query.data
  const integrateBlocked = useIntegrateBlocked()
  const isEmpty = page !== undefined && page.items.length === 0
  const { integrate: _, ...listed } = search
  const full = useMemo(() => page?.items.flatMap((registry) => asFull(registry) ?? []) ?? NO_ROWS, [page])
  // The rows of the view before stay until those of the new one are there.
  const shownView = useShownView(JSON.stringify([scope, listed]), query.isPlaceholderData)
  const { rows, moved, reorder } = useSteadyOrder(full, shownView, query.isFetching, rowId)

  const columns = useMemo(
    () =>
      registryColumns({
        texts,
        format,
        scope,
        sort: search.sort,
        onSort: (sort) => {
          reorder()
          change({ sort })
        },
        onTest: setTesting,
        onEdit: setEditing,
        onRotate: setRotating,
        onDisconnect: setDisconnecting,
      }),
    [texts, format, scope, search.sort, change, reorder],
  )

  return (
    <>
      <div className="page-head">
        <div>
          <PageTitle title={texts.registries.title} />
          <p className="page-sub">
            <span className="page-place">{workspace?.name ?? texts.registries.subtitle}</span>
            {workspace ? texts.workspaces.registriesMeaning : texts.registries.meaning}
          </p>
        </div>
        <GuardedButton
          tone="primary"
          ref={integrateButton}
          icon={<IconPlus size={16} aria-hidden />}
          blocked={integrateBlocked}
          onClick={() => setIntegrate(true)}
        >
          {texts.registries.integrate}
        </GuardedButton>
      </div>

      {(!isEmpty || isFiltered(search)) && (
        <RegistryFilters search={search} facets={page?.facets} onChange={change} />
      )}
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
              title={texts.registries.failedTitle}
              onRetry={() => void query.refetch()}
            />
          </div>
        ) : isEmpty ? (
          <NothingHere
            search={search}
            onClear={() => change({ q: undefined, kind: undefined, health: undefined })}
            onIntegrate={() => setIntegrate(true)}
          />
        ) : (
          <>
            <DataTable
              caption={texts.registries.title}
              columns={columns}
              rows={rows}
              rowKey={rowId}
              loading={page === undefined}
              outdated={query.isPlaceholderData}
            />
            {page && (
              <RegistryPager search={search} page={page} onChange={change}>
                {moved && <OrderChanged onReorder={reorder} />}
              </RegistryPager>
            )}
          </>
        )}
      </div>

      <CleanupsCard />

      <FromPlatform scope={scope} />
      {IntegrateDrawer && (
        <IntegrateDrawer
          scope={scope}
          opened={search.integrate === true && integrateBlocked === undefined}
          onClose={() => setIntegrate(false)}
          onClosed={() =>
            // A page opened with the drawer has nothing the focus could return to by itself. That shows once the
            // drawer's own fields are gone, a moment later.
            setTimeout(() => {
              if (document.activeElement === document.body) integrateButton.current?.focus()
            })
          }
        />
      )}
      {EditDrawer && <EditDrawer registry={editing} onClose={() => setEditing(null)} />}
      {RotateDialog && <RotateDialog registry={rotating} onClose={() => setRotating(null)} />}
      {TestDialog && <TestDialog registry={testing} onClose={() => setTesting(null)} />}
      {DisconnectDialog && (
        <DisconnectDialog
          registry={disconnecting}
          onClose={() => setDisconnecting(null)}
          // The row whose menu opened the dialog is gone.
          onDisconnected={() => setTimeout(focusPageTitle, FOCUS_RETURN_MS)}
        />
      )}
    </>
  )
}

const NO_ROWS: readonly Registry[] = []
const rowId = (registry: Registry) => registry.id

/** Why nothing can be integrated here; undefined when it can. */
function useIntegrateBlocked(): string | undefined {
  const { texts } = useI18n()
  const { data: session } = useQuery(sessionQuery)
  const workspace = useScopedWorkspace()
  const actions = (workspace ?? session)?.allowed_actions ?? []
  return disabledAction(texts, actions, 'registry.integrate', workspace !== null)
}

interface NothingHereProps {
  search: RegistrySearch
  onClear: () => void
  onIntegrate: () => void
}

/** "You have none" and "none fits your filter" ask for different next steps. */
function NothingHere({ search, onClear, onIntegrate }: NothingHereProps) {
  const { texts } = useI18n()
  const workspace = useScopedWorkspace()
  const mayIntegrate = useIntegrateBlocked() === undefined
  if (isFiltered(search)) {
    return (
      <EmptyState
        icon={<IconSearchOff size={26} stroke={1.5} />}
        title={texts.registries.noMatchTitle}
        action={<Button onClick={onClear}>{texts.action.clearFilters}</Button>}
      >
        {texts.registries.noMatchHelp}
      </EmptyState>
    )
  }
  return (
    <EmptyState
      icon={<IconAnchor size={26} stroke={1.5} />}
      title={texts.registries.emptyTitle}
      action={
        mayIntegrate && (
          <Button tone="primary" onClick={onIntegrate}>
            {texts.registries.integrate}
          </Button>
        )
      }
    >
      {workspace === null
        ? texts.registries.emptyHelp
        : mayIntegrate
          ? texts.workspaces.registriesEmpty
          : texts.workspaces.registriesEmptyViewer}
    </EmptyState>
  )
}
