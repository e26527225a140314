import { useQuery } from '@tanstack/react-query'
import { IconBoxMultiple, IconSearch, IconSearchOff } from '@tabler/icons-react'
import { useMemo } from 'react'
import { crawlQuery, INVENTORY_PAGE_SIZE, repositoriesQuery, spacesQuery } from '../../api/inventory'
import { asApiError } from '../../api/problem'
import type { Registry, Repository, Space } from '../../api/types'
import { useBook } from '../../i18n/book'
import { inventoryBook } from '../../i18n/books/inventory'
import { useI18n } from '../../i18n/context'
import { REPOSITORY_SORTS, type RepositorySearch } from '../../lib/inventorySearch'
import { useSteadyOrder } from '../../lib/steadyOrder'
import { useListState } from '../../lib/useListState'
import { useShownView } from '../../lib/useShownView'
import { useTyped } from '../../lib/useTyped'
import { useScope } from '../../shell/useScope'
import { Button } from '../../ui/Button'
import { EmptyState } from '../../ui/EmptyState'
import { SearchField, SelectField } from '../../ui/Field'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { Skeleton } from '../../ui/Skeleton'
import { StaleNotice } from '../../ui/StaleNotice'
import { repositoriesLink } from '../registry/registryLink'
import { RegistryScreen } from '../registry/RegistryScreen'
import { PagedTable } from '../shared/PagedTable'
import { repositoryColumns } from './repositoryColumns'
import { SpacesTable } from './SpacesTable'

/** What a registry holds. */
export function RepositoriesScreen() {
  return <RegistryScreen link={repositoriesLink}>{(registry) => <OfRegistry registry={registry} />}</RegistryScreen>
}

/** A registry with one space shows its repositories at once; one with several asks which. */
function OfRegistry({ registry }: { registry: Registry }) {
  const inventory = useBook(inventoryBook)
  const { search, change } = useListState<RepositorySearch>()
  const query = useQuery(spacesQuery(registry.id))
  const spaces = query.data?.items
  if (spaces === undefined) {
    return query.isError ? (
      <ProblemNotice
        error={asApiError(query.error)}
        title={inventory.spaces.failedTitle}
        onRetry={() => void query.refetch()}
      />
    ) : (
      <div className="card card-body" aria-busy>
        <Skeleton width="100%" height={240} />
      </div>
    )
  }
  const several = spaces.length > 1
  const chosen = spaces.find((space) => space.id === search.space) ?? (several ? undefined : spaces[0])
  if (chosen) {
    return (
      <>
        {several && (
          <div className="space-line">
            <h2>{chosen.name}</h2>
            <Button size="xs" onClick={() => change({ space: undefined, q: undefined, sort: undefined, state: undefined })}>
              {inventory.spaces.all}
            </Button>
          </div>
        )}
        <Repositories key={chosen.id} space={chosen} />
      </>
    )
  }
  if (several) return <SpacesTable spaces={spaces} onChoose={(space) => change({ space })} />
  return (
    <div className="card table-card">
      <Nothing registryId={registry.id} />
    </div>
  )
}

const NO_ROWS: readonly Repository[] = []
const rowId = (repository: Repository) => repository.id

function Repositories({ space }: { space: Space }) {
  const { texts, format } = useI18n()
  const inventory = useBook(inventoryBook)
  const words = inventory.list
  const scope = useScope()
  const { search, change } = useListState<RepositorySearch>()
  const query = useQuery(repositoriesQuery(space.registry_id, space.id, search))
  const [typed, setTyped] = useTyped(search.q, (q) => change({ q }))
  const page = query.data
  const isEmpty = page !== undefined && page.items.length === 0
  // The rows of the view before stay until those of the new one are there.
  const shownView = useShownView(JSON.stringify([space.id, search]), query.isPlaceholderData)
  const { rows, moved, reorder } = useSteadyOrder(page?.items ?? NO_ROWS, shownView, query.isFetching, rowId)
  const columns = useMemo(
    () =>
      repositoryColumns({
        inventory,
        format,
        scope,
        sort: search.sort,
        onSort: (sort) => {
          reorder()
          change({ sort })
        },
      }),
    [inventory, format, scope, search.sort, change, reorder],
  )

  const filtered = search.q !== undefined || search.state !== undefined
  return (
    <>
      {search.state && (
        <div className="space-line">
          <h2>{words.onlyBroken}</h2>
          <Button size="xs" onClick={() => change({ state: undefined })}>
            {words.showAll}
          </Button>
        </div>
      )}
      {(!isEmpty || filtered) && (
        <div className="filters">
          <div className="filter-fields">
            <SelectField
              label={words.order}
              hiddenLabel
              value={search.sort ?? 'name'}
              options={REPOSITORY_SORTS.map((value) => ({ value, label: words.orders[value] }))}
              onChange={(sort) => {
                reorder()
                change({ sort: sort === 'name' ? undefined : sort })
              }}
            />
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
      <div className="card table-card inventory-table">
        {query.isError && !page ? (
          <div className="card-body">
            <ProblemNotice
              error={asApiError(query.error)}
              title={words.failedTitle}
              onRetry={() => void query.refetch()}
            />
          </div>
        ) : isEmpty && filtered ? (
          <EmptyState
            icon={<IconSearchOff size={26} stroke={1.5} />}
            title={words.noMatchTitle}
            action={<Button onClick={() => change({ q: undefined, state: undefined })}>{texts.action.clearFilters}</Button>}
          >
            {words.noMatchHelp}
          </EmptyState>
        ) : isEmpty ? (
          <Nothing registryId={space.registry_id} />
        ) : (
          <PagedTable
            caption={inventory.repositories}
            columns={columns}
            rows={rows}
            rowKey={rowId}
            page={page}
            pageSize={INVENTORY_PAGE_SIZE}
            outdated={query.isPlaceholderData}
            walked={search.after}
            count={words.count}
            onWalk={(after) => change({ after })}
            moved={moved}
            onReorder={reorder}
          />
        )}
      </div>
    </>
  )
}

/** Nothing is there, or nobody has looked yet: two different things. */
function Nothing({ registryId }: { registryId: string }) {
  const words = useBook(inventoryBook).list
  const { data: crawl } = useQuery(crawlQuery(registryId))
  const wasRead = crawl?.status === 'finished'
  return (
    <EmptyState
      icon={<IconBoxMultiple size={26} stroke={1.5} />}
      title={wasRead ? words.emptyTitle : words.waitingTitle}
    >
      {wasRead ? words.emptyHelp : words.waitingHelp}
    </EmptyState>
  )
}
