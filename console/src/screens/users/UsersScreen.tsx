import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { IconSearch, IconSearchOff, IconUserPlus } from '@tabler/icons-react'
import { useMemo, useRef } from 'react'
import { asApiError } from '../../api/problem'
import { allowance, sessionQuery } from '../../api/session'
import type { User } from '../../api/types'
import { USERS_PAGE_SIZE, usersQuery } from '../../api/users'
import type { Texts } from '../../i18n/en'
import { useI18n } from '../../i18n/context'
import type { Formatters } from '../../i18n/format'
import type { ListSearch } from '../../lib/listSearch'
import { useFetched } from '../../lib/useFetched'
import { useListState } from '../../lib/useListState'
import { useTyped } from '../../lib/useTyped'
import { Button } from '../../ui/Button'
import { type Column, DataTable } from '../../ui/DataTable'
import { EmptyState } from '../../ui/EmptyState'
import { SearchField } from '../../ui/Field'
import { GuardedButton } from '../../ui/GuardedButton'
import { Notice } from '../../ui/Notice'
import { PageTitle } from '../../ui/PageTitle'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { StaleNotice } from '../../ui/StaleNotice'
import { disabledAction } from '../shared/disabledAction'
import { ListPager } from '../shared/ListPager'
import { FOCUS_RETURN_MS } from '../shared/useShown'
import { RoleChip } from './RoleChip'

const fetchCreateDialog = async () => (await import('./CreateUserDialog')).CreateUserDialog

export function UsersScreen() {
  const { texts, format } = useI18n()
  const { people } = texts
  const { search, set, change } = useListState<ListSearch>()
  const query = useQuery(usersQuery(search))
  const { data: session } = useQuery(sessionQuery)
  const CreateUserDialog = useFetched(fetchCreateDialog)
  const createButton = useRef<HTMLButtonElement>(null)

  const setCreate = (create: boolean) => set((before) => ({ ...before, create: create || undefined }), !create)
  const [words, setWords] = useTyped(search.q, (q) => change({ q }))

  const ownId = session?.user.id
  const columns = useMemo(() => userColumns(texts, format, ownId), [texts, format, ownId])
  const actions = session?.allowed_actions ?? []
  const mayCreate = allowance(actions, 'user.create').allowed
  const page = query.data
  const isEmpty = page !== undefined && page.items.length === 0

  const closeCreate = () => {
    setCreate(false)
    // A page opened with the dialog has nothing the focus could return to by itself.
    setTimeout(() => {
      if (document.activeElement === document.body) createButton.current?.focus()
    }, FOCUS_RETURN_MS)
  }

  return (
    <>
      <div className="page-head">
        <div>
          <PageTitle title={people.title} />
          <p className="page-sub">
            <span className="page-place">{texts.registries.subtitle}</span>
            {people.meaning}
          </p>
        </div>
        <GuardedButton
          ref={createButton}
          tone="primary"
          icon={<IconUserPlus size={16} aria-hidden />}
          blocked={disabledAction(texts, actions, 'user.create', false)}
          onClick={() => setCreate(true)}
        >
          {people.create}
        </GuardedButton>
      </div>

      {!mayCreate && page && (
        <div className="stale">
          <Notice tone="info">
            <p>{people.readOnly}</p>
          </Notice>
        </div>
      )}
      <div className="filters">
        <div className="filter-fields filter-only">
          <SearchField
            label={people.search}
            value={words}
            icon={<IconSearch size={15} aria-hidden />}
            onChange={setWords}
          />
        </div>
      </div>
      {query.isError && page && (
        <StaleNotice
          text={texts.registries.stale(format.dateTime(new Date(query.dataUpdatedAt).toISOString()))}
          onRetry={() => void query.refetch()}
        />
      )}

      <div className="card table-card wide-names">
        {query.isError && !page ? (
          <div className="card-body">
            <ProblemNotice
              error={asApiError(query.error)}
              title={people.failedTitle}
              onRetry={() => void query.refetch()}
            />
          </div>
        ) : isEmpty ? (
          // Whoever sees this list is in it: it is empty only where a filter leaves nobody.
          <EmptyState
            icon={<IconSearchOff size={26} stroke={1.5} />}
            title={people.noMatchTitle}
            action={<Button onClick={() => change({ q: undefined })}>{texts.action.clearFilters}</Button>}
          >
            {people.noMatchHelp}
          </EmptyState>
        ) : (
          <>
            <DataTable
              caption={people.title}
              columns={columns}
              rows={page?.items ?? []}
              rowKey={(user) => user.id}
              loading={page === undefined}
              outdated={query.isPlaceholderData}
            />
            {page && (
              <ListPager
                pageSize={USERS_PAGE_SIZE}
                shown={page.items.length}
                total={page.total}
                next={page.next_cursor ?? null}
                walked={search.after ?? []}
                count={people.count}
                onWalk={(after) => change({ after })}
              />
            )}
          </>
        )}
      </div>
      {CreateUserDialog && <CreateUserDialog opened={search.create === true && mayCreate} onClose={closeCreate} />}
    </>
  )
}

function userColumns(texts: Texts, format: Formatters, ownId: string | undefined): Column<User>[] {
  const { columns, you } = texts.people
  return [
    {
      id: 'name',
      header: columns.name,
      rowHeader: true,
      cell: (user) => (
        <div className="name-text">
          <span className="name-line">
            <Link className="row-link" to="/users/$id" params={{ id: user.id }}>
              {user.name}
            </Link>
            {user.id === ownId && <span className="fine">{you}</span>}
          </span>
          {user.display_name && <span className="fine">{user.display_name}</span>}
        </div>
      ),
    },
    { id: 'platform-role', header: columns.role, cell: (user) => <RoleChip role={user.platform_role} /> },
    {
      id: 'user-since',
      header: columns.created,
      cell: (user) => (
        <time className="num" dateTime={user.created_at} title={format.exactTime(user.created_at)}>
          {format.dateTime(user.created_at)}
        </time>
      ),
    },
  ]
}
