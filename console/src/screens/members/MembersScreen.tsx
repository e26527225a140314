import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { IconUserPlus, IconUsers } from '@tabler/icons-react'
import { useMemo, useState } from 'react'
import { MEMBER_PAGE_SIZE, membersQuery } from '../../api/members'
import { asApiError } from '../../api/problem'
import { isGiven, sessionQuery } from '../../api/session'
import type { Member } from '../../api/types'
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
import { AddMemberDialog } from './AddMemberDialog'
import { memberColumns } from './memberColumns'
import { RemoveMemberDialog } from './RemoveMemberDialog'
import { RoleDialog } from './RoleDialog'

/** The people of a workspace and their roles. */
export function MembersScreen() {
  const { texts, format } = useI18n()
  const words = texts.workspaces.members
  const workspace = useWorkspace()
  const navigate = useNavigate()
  const { search, change } = useListState<ListSearch>()
  const query = useQuery(membersQuery(workspace.id, search))
  const { data: session } = useQuery(sessionQuery)
  const [adding, setAdding] = useState(false)
  const [changing, setChanging] = useState<Member | null>(null)
  const [removing, setRemoving] = useState<Member | null>(null)
  const ownId = session?.user.id
  const actions = workspace.allowed_actions
  const addBlocked = disabledAction(texts, actions, 'member.set')
  const removeBlocked = disabledAction(texts, actions, 'member.remove')

  const columns = useMemo(
    () =>
      memberColumns({
        texts,
        format,
        ownId,
        setBlocked: addBlocked,
        removeBlocked,
        onChangeRole: setChanging,
        onRemove: setRemoving,
      }),
    [texts, format, ownId, addBlocked, removeBlocked],
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
          icon={<IconUserPlus size={16} aria-hidden />}
          blocked={addBlocked}
          onClick={() => setAdding(true)}
        >
          {words.add}
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
            icon={<IconUsers size={26} stroke={1.5} />}
            title={words.emptyTitle}
            action={
              addBlocked === undefined && (
                <Button tone="primary" onClick={() => setAdding(true)}>
                  {words.add}
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
              rowKey={(member) => member.user_id}
              loading={page === undefined}
              outdated={query.isPlaceholderData}
            />
            {page && (
              <ListPager
                pageSize={MEMBER_PAGE_SIZE}
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

      <AddMemberDialog
        opened={adding}
        workspace={workspace}
        known={page?.items ?? []}
        maySearch={isGiven(session?.allowed_actions, 'user.read')}
        // Somebody has to begin: without anybody the first one is best an administrator.
        firstRole={isEmpty ? 'admin' : 'viewer'}
        onClose={() => setAdding(false)}
      />
      <RoleDialog
        member={changing}
        workspace={workspace}
        own={changing?.user_id === ownId}
        onClose={() => setChanging(null)}
      />
      <RemoveMemberDialog
        member={removing}
        workspace={workspace}
        own={removing?.user_id === ownId}
        onClose={() => setRemoving(null)}
        onRemoved={(own) => {
          if (own && !session?.user.platform_role) void navigate({ to: '/' })
          // The row whose menu opened the dialog is gone.
          else setTimeout(focusPageTitle, FOCUS_RETURN_MS)
        }}
      />
    </>
  )
}
