import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { IconPlus, IconSearch, IconSearchOff, IconUsersGroup } from '@tabler/icons-react'
import { useCallback, useMemo, useRef, useState } from 'react'
import { asApiError } from '../../api/problem'
import { sessionQuery } from '../../api/session'
import type { Workspace } from '../../api/types'
import { WORKSPACE_PAGE_SIZE, workspacesQuery } from '../../api/workspaces'
import { useI18n } from '../../i18n/context'
import type { ListSearch } from '../../lib/listSearch'
import { useListState } from '../../lib/useListState'
import { useTyped } from '../../lib/useTyped'
import { Button } from '../../ui/Button'
import { DataTable } from '../../ui/DataTable'
import { EmptyState } from '../../ui/EmptyState'
import { SearchField } from '../../ui/Field'
import { GuardedButton } from '../../ui/GuardedButton'
import { focusPageTitle, PageTitle } from '../../ui/PageTitle'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { StaleNotice } from '../../ui/StaleNotice'
import { disabledAction } from '../shared/disabledAction'
import { ListPager } from '../shared/ListPager'
import { FOCUS_RETURN_MS } from '../shared/useShown'
import { CreateWorkspaceDialog } from './CreateWorkspaceDialog'
import { DeleteWorkspaceDialog } from './DeleteWorkspaceDialog'
import { EditWorkspaceDialog } from './EditWorkspaceDialog'
import { workspaceColumns } from './workspaceColumns'

/** All workspaces of the installation. */
export function WorkspacesScreen() {
  const { texts, format } = useI18n()
  const words = texts.workspaces
  const navigate = useNavigate()
  const { search, set, change } = useListState<ListSearch>()
  const query = useQuery(workspacesQuery(search))
  const { data: session } = useQuery(sessionQuery)
  const [editing, setEditing] = useState<Workspace | null>(null)
  const [deleting, setDeleting] = useState<Workspace | null>(null)
  const createButton = useRef<HTMLButtonElement>(null)
  const [typed, setTyped] = useTyped(search.q, useCallback((q) => change({ q }), [change]))

  const setCreate = (create: boolean) => set((before) => ({ ...before, create: create || undefined }), !create)
  const columns = useMemo(
    () => workspaceColumns({ texts, format, onEdit: setEditing, onDelete: setDeleting }),
    [texts, format],
  )

  const page = query.data
  const isEmpty = page !== undefined && page.items.length === 0
  const blocked = disabledAction(texts, session?.allowed_actions ?? [], 'workspace.create', false)
  return (
    <>
      <div className="page-head">
        <div>
          <PageTitle title={words.title} />
          <p className="page-sub">
            <span className="page-place">{texts.registries.subtitle}</span>
            {words.meaning}
          </p>
        </div>
        <GuardedButton
          tone="primary"
          ref={createButton}
          icon={<IconPlus size={16} aria-hidden />}
          blocked={blocked}
          onClick={() => setCreate(true)}
        >
          {words.create.title}
        </GuardedButton>
      </div>

      {(!isEmpty || search.q !== undefined) && (
        <div className="filters">
          <div className="filter-fields filter-only">
            <SearchField
              label={words.search}
              value={typed}
              icon={<IconSearch size={15} aria-hidden />}
              onChange={setTyped}
            />
          </div>
        </div>
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
              title={words.failedTitle}
              onRetry={() => void query.refetch()}
            />
          </div>
        ) : isEmpty && search.q !== undefined ? (
          <EmptyState
            icon={<IconSearchOff size={26} stroke={1.5} />}
            title={words.noMatchTitle}
            action={<Button onClick={() => change({ q: undefined })}>{texts.action.clearFilters}</Button>}
          >
            {words.noMatchHelp}
          </EmptyState>
        ) : isEmpty ? (
          <EmptyState
            icon={<IconUsersGroup size={26} stroke={1.5} />}
            title={words.emptyTitle}
            action={
              blocked === undefined && (
                <Button tone="primary" onClick={() => setCreate(true)}>
                  {words.create.title}
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
              rowKey={(workspace) => workspace.id}
              loading={page === undefined}
              outdated={query.isPlaceholderData}
            />
            {page && (
              <ListPager
                pageSize={WORKSPACE_PAGE_SIZE}
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

      <CreateWorkspaceDialog
        opened={search.create === true && blocked === undefined}
        onClose={() => {
          setCreate(false)
          // A page opened with the dialog has nothing the focus could return to by itself.
          setTimeout(() => {
            if (document.activeElement === document.body) createButton.current?.focus()
          }, FOCUS_RETURN_MS)
        }}
        // The new workspace's own page follows in the history, the open dialog does not.
        onCreated={(workspace) =>
          void navigate({
            to: '/workspaces/$workspaceId/members',
            params: { workspaceId: workspace.id },
            search: {},
            replace: true,
          })
        }
      />
      <EditWorkspaceDialog workspace={editing} onClose={() => setEditing(null)} />
      <DeleteWorkspaceDialog
        workspace={deleting}
        onClose={() => setDeleting(null)}
        // The row whose menu opened the dialog is gone.
        onDeleted={() => setTimeout(focusPageTitle, FOCUS_RETURN_MS)}
      />
    </>
  )
}
