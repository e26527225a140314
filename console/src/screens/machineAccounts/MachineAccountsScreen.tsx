import { useQuery } from '@tanstack/react-query'
import { IconPlus, IconRobot } from '@tabler/icons-react'
import { useMemo, useState } from 'react'
import { MACHINE_PAGE_SIZE, machineAccountsQuery } from '../../api/machineAccounts'
import { asApiError } from '../../api/problem'
import type { MachineAccount } from '../../api/types'
import { useI18n } from '../../i18n/context'
import type { ListSearch } from '../../lib/listSearch'
import { useListState } from '../../lib/useListState'
import { Button } from '../../ui/Button'
import { DataTable } from '../../ui/DataTable'
import { EmptyState } from '../../ui/EmptyState'
import { GuardedButton } from '../../ui/GuardedButton'
import { focusPageTitle, PageTitle } from '../../ui/PageTitle'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { StaleNotice } from '../../ui/StaleNotice'
import { disabledAction } from '../shared/disabledAction'
import { ListPager } from '../shared/ListPager'
import { FOCUS_RETURN_MS } from '../shared/useShown'
import { useWorkspace } from '../workspace/workspaceContext'
import { CreateMachineDialog } from './CreateMachineDialog'
import { DeleteMachineDialog } from './DeleteMachineDialog'
import { machineColumns } from './machineColumns'
import { TokensDrawer } from './TokensDrawer'

/** The workspace's members that are nobody, and their tokens. */
export function MachineAccountsScreen() {
  const { texts, format } = useI18n()
  const words = texts.workspaces.machines
  const workspace = useWorkspace()
  const { search, change } = useListState<ListSearch>()
  const query = useQuery(machineAccountsQuery(workspace.id, search))
  const [creating, setCreating] = useState(false)
  const [tokensOf, setTokensOf] = useState<MachineAccount | null>(null)
  const [deleting, setDeleting] = useState<MachineAccount | null>(null)
  const actions = workspace.allowed_actions
  const createBlocked = disabledAction(texts, actions, 'machine_account.create')
  const deleteBlocked = disabledAction(texts, actions, 'machine_account.delete')

  const columns = useMemo(
    () => machineColumns({ texts, format, deleteBlocked, onTokens: setTokensOf, onDelete: setDeleting }),
    [texts, format, deleteBlocked],
  )

  const page = query.data
  const isEmpty = page !== undefined && page.items.length === 0
  return (
    <>
      <div className="page-head">
        <div>
          <PageTitle title={words.title} />
          <p className="page-sub">
            <span className="page-place">{workspace.name}</span>
            {words.meaning}
          </p>
        </div>
        <GuardedButton
          tone="primary"
          icon={<IconPlus size={16} aria-hidden />}
          blocked={createBlocked}
          onClick={() => setCreating(true)}
        >
          {words.create}
        </GuardedButton>
      </div>

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
              title={words.failedTitle}
              onRetry={() => void query.refetch()}
            />
          </div>
        ) : isEmpty ? (
          <EmptyState
            icon={<IconRobot size={26} stroke={1.5} />}
            title={words.emptyTitle}
            action={
              createBlocked === undefined && (
                <Button tone="primary" onClick={() => setCreating(true)}>
                  {words.create}
                </Button>
              )
            }
          >
            {words.emptyHelp}
          </EmptyState>
        ) : (
          <>
            <DataTable
              caption={words.title}
              columns={columns}
              rows={page?.items ?? []}
              rowKey={(account) => account.id}
              loading={page === undefined}
              outdated={query.isPlaceholderData}
            />
            {page && (
              <ListPager
                pageSize={MACHINE_PAGE_SIZE}
                shown={page.items.length}
                total={page.total}
                next={page.next_cursor ?? null}
                walked={search.after ?? []}
                count={words.count}
                onWalk={(after) => change({ after })}
              />
            )}
          </>
        )}
      </div>

      <CreateMachineDialog opened={creating} workspace={workspace} onClose={() => setCreating(false)} />
      <TokensDrawer account={tokensOf} workspace={workspace} onClose={() => setTokensOf(null)} />
      <DeleteMachineDialog
        account={deleting}
        workspace={workspace}
        onClose={() => setDeleting(null)}
        // The row whose menu opened the dialog is gone.
        onDeleted={() => setTimeout(focusPageTitle, FOCUS_RETURN_MS)}
      />
    </>
  )
}
