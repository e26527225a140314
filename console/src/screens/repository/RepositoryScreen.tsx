import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { IconRefresh, IconSearch, IconSearchOff, IconTag, IconUnlink } from '@tabler/icons-react'
import { useMemo, useState } from 'react'
import { INVENTORY_PAGE_SIZE, repositoryQuery, tagsQuery, useRefreshRepository } from '../../api/inventory'
import { asApiError } from '../../api/problem'
import { registryQuery } from '../../api/registries'
import type { RepositoryDetail, SeenRegistry, Tag } from '../../api/types'
import { useBook } from '../../i18n/book'
import { inventoryBook } from '../../i18n/books/inventory'
import { useI18n } from '../../i18n/context'
import { sizeText } from '../../i18n/figures'
import { errorText } from '../../i18n/problemText'
import type { DeletionTarget } from '../../lib/deletion'
import { TAG_SORTS, type TagSearch, type TagSort } from '../../lib/inventorySearch'
import { pullHost } from '../../lib/reference'
import { useSteadyOrder } from '../../lib/steadyOrder'
import { useFetched } from '../../lib/useFetched'
import { useListState } from '../../lib/useListState'
import { useShownView } from '../../lib/useShownView'
import { useTyped } from '../../lib/useTyped'
import { useScope } from '../../shell/useScope'
import { Age } from '../../ui/Age'
import { Button, ButtonLink } from '../../ui/Button'
import { Copy } from '../../ui/Copy'
import { EmptyState } from '../../ui/EmptyState'
import { CheckboxField, SearchField, SelectField } from '../../ui/Field'
import { GuardedButton } from '../../ui/GuardedButton'
import { Notice } from '../../ui/Notice'
import { PageTitle } from '../../ui/PageTitle'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { Skeleton } from '../../ui/Skeleton'
import { StaleNotice } from '../../ui/StaleNotice'
import { notify } from '../../ui/Toasts'
import { repositoriesLink } from '../registry/registryLink'
import { StateChip } from '../repositories/StateChip'
import { CommandsCard } from '../shared/CommandsCard'
import { disabledAction } from '../shared/disabledAction'
import { deletionBlocked, fetchDeleteDialog } from '../shared/imageDeletion'
import { PagedTable } from '../shared/PagedTable'
import { DescriptionCard } from './DescriptionCard'
import { RepositoryBreadcrumb } from './RepositoryBreadcrumb'
import { tagColumns } from './tagColumns'

/** One repository and its tags. */
export function RepositoryScreen() {
  const { texts, format } = useI18n()
  const { id = '', repositoryId = '' } = useParams({ strict: false })
  const query = useQuery(repositoryQuery(repositoryId))
  const { data: registry } = useQuery(registryQuery(id))
  const error = query.isError ? asApiError(query.error) : null
  const words = useBook(inventoryBook).repository

  // Gone is gone, even when an older answer is still in memory.
  if (error?.code === 'object.not_found' || error?.code === 'request.malformed') return <Gone registryId={id} />
  if (query.data === undefined) {
    return error ? (
      <>
        <PageTitle title={words.failedTitle} />
        <div className="page-problem">
          <ProblemNotice error={error} onRetry={() => void query.refetch()} />
        </div>
      </>
    ) : (
      <div className="card card-body" aria-busy>
        <p className="visually-hidden" role="status">
          {texts.loading}
        </p>
        <Skeleton width="100%" height={320} />
      </div>
    )
  }
  return (
    <>
      <RepositoryBreadcrumb detail={query.data} />
      <Head detail={query.data} address={registry?.address} />
      {error && (
        <StaleNotice
          text={texts.registry.stale(format.dateTime(new Date(query.dataUpdatedAt).toISOString()))}
          onRetry={() => void query.refetch()}
        />
      )}
      {registry && <Commands key={`commands-${repositoryId}`} detail={query.data} registry={registry} />}
      <div className="repository-description">
        <DescriptionCard key={repositoryId} repositoryId={repositoryId} />
      </div>
      <Tags key={query.data.repository.id} detail={query.data} registry={registry} />
    </>
  )
}

interface OfRepository {
  detail: RepositoryDetail
  /** The registry's address; not there yet while it is fetched. */
  address: string | undefined
}

function Head({ detail, address }: OfRepository) {
  const { texts, format } = useI18n()
  const inventory = useBook(inventoryBook)
  const words = inventory.repository
  const { repository } = detail
  const refresh = useRefreshRepository(repository.id)
  const blocked = disabledAction(texts, detail.allowed_actions, 'registry.refresh', false)
  const place = address === undefined ? undefined : `${pullHost(address)}/${repository.name}`
  const facts = [
    repository.tags != null && words.tags(format.number(repository.tags), repository.tags === 1),
    repository.artifacts != null && words.artifacts(format.number(repository.artifacts), repository.artifacts === 1),
    repository.total_bytes > 0 && words.size(sizeText(format, repository.total_bytes)),
    repository.shared_bytes > 0 && inventory.shared(sizeText(format, repository.shared_bytes)),
  ].filter((fact) => fact !== false)
  return (
    <>
      <div className="page-head">
        <div>
          <div className="title-line">
            <PageTitle title={repository.name} />
            {repository.state !== 'broken' && <StateChip repository={repository} />}
          </div>
          {place !== undefined && (
            <div className="copyable">
              <span className="mono break">{place}</span>
              <Copy value={place} />
            </div>
          )}
          <p className="fine num repository-facts">
            {facts.join(' · ')}
            {repository.listed_at && (
              <>
                {facts.length > 0 && ' · '}
                {words.readAt} <Age at={repository.listed_at} />
              </>
            )}
          </p>
        </div>
        <GuardedButton
          icon={<IconRefresh size={16} stroke={1.7} aria-hidden />}
          loading={refresh.isPending}
          blocked={blocked}
          onClick={() => refresh.mutate(undefined, { onSuccess: () => notify(words.asked) })}
        >
          {words.readAgain}
        </GuardedButton>
      </div>
      {refresh.isError && (
        <div className="page-notice">
          <ProblemNotice error={asApiError(refresh.error)} />
        </div>
      )}
      {repository.state === 'broken' && (
        <div className="page-notice">
          <Notice tone="bad" title={words.brokenTitle}>
            {repository.trouble && (
              <p>
                {texts.problem.both(
                  errorText(texts, repository.trouble).title,
                  errorText(texts, repository.trouble).remedy,
                )}
              </p>
            )}
            <p>{words.brokenKept}</p>
          </Notice>
        </div>
      )}
    </>
  )
}

/** How a tag is fetched; the newest one unless another is chosen. */
function Commands({ detail: { repository }, registry }: { detail: RepositoryDetail; registry: SeenRegistry }) {
  // The first page of the list as it comes: where nobody filtered it, it is the list that stands below.
  const { data } = useQuery(tagsQuery(repository.id, {}))
  if (data === undefined || data.items.length === 0) return null
  const tags = data.items.map(({ name, digest, kind }) => ({ name, digest: digest ?? null, kind: kind ?? null }))
  return (
    <div className="repository-commands">
      <CommandsCard registry={registry} repository={repository.name} tags={tags} />
    </div>
  )
}

const NO_ROWS: readonly Tag[] = []
const rowName = (tag: Tag) => tag.name

function Tags({ detail, registry }: { detail: RepositoryDetail; registry: SeenRegistry | undefined }) {
  const { repository } = detail
  const address = registry?.address
  const { texts, format } = useI18n()
  const inventory = useBook(inventoryBook)
  const words = inventory.tag
  const scope = useScope()
  const { search, change } = useListState<TagSearch>()
  const query = useQuery(tagsQuery(repository.id, search))
  const [typed, setTyped] = useTyped(search.q, (q) => change({ q }))
  const DeleteImageDialog = useFetched(fetchDeleteDialog)
  const [deleting, setDeleting] = useState<DeletionTarget | null>(null)
  const page = query.data
  const isEmpty = page !== undefined && page.items.length === 0
  const shownView = useShownView(JSON.stringify([repository.id, search]), query.isPlaceholderData)
  const { rows, moved, reorder } = useSteadyOrder(page?.items ?? NO_ROWS, shownView, query.isFetching, rowName)
  const deleteBlocked = deletionBlocked(texts, inventory, detail, registry, 'tag')
  const columns = useMemo(
    () =>
      tagColumns({
        texts,
        inventory,
        format,
        address,
        scope,
        repository,
        sort: search.sort,
        onSort: (sort) => {
          reorder()
          change({ sort })
        },
        deleteBlocked,
        onDelete: ({ name, digest }) => setDeleting({ type: 'tag', name, digest: digest ?? null }),
      }),
    [texts, inventory, format, address, scope, repository, search.sort, change, reorder, deleteBlocked],
  )
  const orders: Record<TagSort, string> = {
    newest: words.newestFirst,
    '-version': words.byVersion,
    version: words.byVersionOldest,
    name: words.byName,
    '-name': words.byNameBackwards,
  }
  const attached = detail.attached_tags
  const neverRead = repository.state === 'named'

  return (
    <>
      {(!isEmpty || search.q !== undefined || attached > 0) && (
        <div className="filters">
          {(attached > 0 || search.attached) && (
            <CheckboxField
              label={words.attached(format.number(attached))}
              checked={search.attached ?? false}
              onChange={(checked) => {
                reorder()
                change({ attached: checked || undefined })
              }}
            />
          )}
          <div className="filter-fields">
            <SelectField
              label={words.order}
              hiddenLabel
              value={search.sort ?? 'newest'}
              options={TAG_SORTS.map((value) => ({ value, label: orders[value] }))}
              onChange={(sort) => {
                reorder()
                change({ sort: sort === 'newest' ? undefined : sort })
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
      <div className="card table-card inventory-table with-actions">
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
        ) : isEmpty && attached > 0 ? (
          <EmptyState icon={<IconTag size={26} stroke={1.5} />} title={words.onlyAttachedTitle}>
            {words.onlyAttachedHelp}
          </EmptyState>
        ) : isEmpty ? (
          <EmptyState
            icon={<IconTag size={26} stroke={1.5} />}
            title={neverRead || repository.state === 'broken' ? words.waitingTitle : words.emptyTitle}
          >
            {neverRead || repository.state === 'broken' ? words.waitingHelp : words.emptyHelp}
          </EmptyState>
        ) : (
          <PagedTable
            caption={words.title}
            columns={columns}
            rows={rows}
            rowKey={rowName}
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
      {DeleteImageDialog && (
        <DeleteImageDialog repository={repository} target={deleting} onClose={() => setDeleting(null)} />
      )}
    </>
  )
}

function Gone({ registryId }: { registryId: string }) {
  const inventory = useBook(inventoryBook)
  const scope = useScope()
  return (
    <div className="empty page-empty">
      <span className="empty-icon" aria-hidden>
        <IconUnlink size={28} stroke={1.5} />
      </span>
      <PageTitle title={inventory.repository.goneTitle} />
      <p>{inventory.repository.goneHelp}</p>
      <ButtonLink {...repositoriesLink(scope, registryId)} tone="primary">
        {inventory.showRepositories}
      </ButtonLink>
    </div>
  )
}
