import { useQuery } from '@tanstack/react-query'
import { IconBoxMultiple, IconSearchOff } from '@tabler/icons-react'
import { useMemo } from 'react'
import { imagesQuery, namedRegistriesQuery } from '../../api/images'
import { INVENTORY_PAGE_SIZE } from '../../api/inventory'
import { asApiError } from '../../api/problem'
import { asFull } from '../../api/registries'
import { sessionQuery } from '../../api/session'
import type { Image } from '../../api/types'
import { useBook } from '../../i18n/book'
import { imagesBook } from '../../i18n/books/images'
import { inventoryBook } from '../../i18n/books/inventory'
import { useI18n, useTexts } from '../../i18n/context'
import { type ImageSearch, isNarrowed } from '../../lib/imageSearch'
import { searchWords } from '../../lib/imageWords'
import { useSteadyOrder } from '../../lib/steadyOrder'
import { useListState } from '../../lib/useListState'
import { useShownView } from '../../lib/useShownView'
import { useTyped } from '../../lib/useTyped'
import { useScope } from '../../shell/useScope'
import { Button, ButtonLink } from '../../ui/Button'
import { EmptyState } from '../../ui/EmptyState'
import { PageTitle } from '../../ui/PageTitle'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { Segments } from '../../ui/Segments'
import { StaleNotice } from '../../ui/StaleNotice'
import { registriesLink } from '../registry/registryLink'
import { PagedTable } from '../shared/PagedTable'
import { useScopedWorkspace } from '../workspace/workspaceContext'
import { Found } from './Found'
import { imageColumns } from './imageColumns'
import { ImageFilters } from './ImageFilters'

/** Shorter than of other lists: what is found follows the typing. It is asked for by the URL, so that going back finds it again. */
const SEARCH_PAUSE_MS = 130

const UNFILTERED: Partial<ImageSearch> = {
  q: undefined,
  names: undefined,
  registry: undefined,
  kind: undefined,
  visibility: undefined,
  own: undefined,
}

/** The repositories of all registries in one list; while there is a text, what it is found in. */
export function ImagesScreen() {
  const texts = useTexts()
  const words = useBook(imagesBook)
  const workspace = useScopedWorkspace()
  const { data: session } = useQuery(sessionQuery)
  const { search, change } = useListState<ImageSearch>()
  const [typed, setTyped] = useTyped(
    search.q,
    (q) => change({ q, names: q === undefined ? undefined : search.names }),
    SEARCH_PAUSE_MS,
  )
  const wanted = typed.trim()
  const asked = (search.q ?? '').trim()
  const hasText = wanted !== '' && asked !== ''
  const seesMore = workspace !== null && session?.user.platform_role != null && search.own !== true

  const clear = () => {
    setTyped('')
    change(UNFILTERED)
  }
  return (
    <>
      <div className="page-head">
        <div>
          <PageTitle title={texts.nav.images} />
          <p className="page-sub">
            <span className="page-place">{workspace?.name ?? texts.registries.subtitle}</span>
            {workspace ? words.workspaceMeaning : words.meaning}
            {seesMore && ` ${words.wider}`}
          </p>
        </div>
      </div>
      <ImageFilters typed={typed} onType={setTyped} search={search} onChange={change} />
      {hasText && (
        <div className="filters">
          <Segments
            label={words.found.scope}
            segments={[
              { value: undefined, label: words.found.everything, count: null },
              { value: 'names', label: words.found.names, count: null },
            ]}
            value={search.names ? 'names' : undefined}
            onChange={(value) => change({ q: wanted, names: value === 'names' || undefined, sort: undefined })}
          />
        </div>
      )}
      {hasText && !search.names ? (
        <Found words={asked} search={search} onShowNames={() => change({ q: wanted, names: true })} onClear={clear} />
      ) : (
        <Images onClear={clear} />
      )}
    </>
  )
}

const NO_ROWS: readonly Image[] = []
const rowId = ({ repository }: Image) => repository.id

function Images({ onClear }: { onClear: () => void }) {
  const { texts, format } = useI18n()
  const words = useBook(imagesBook)
  const inventory = useBook(inventoryBook)
  const scope = useScope()
  const { search, change } = useListState<ImageSearch>()
  // Words that are about to leave the URL narrow nothing any more.
  const listed = useMemo(() => (search.names ? search : { ...search, q: undefined }), [search])
  const query = useQuery(imagesQuery(listed, scope))
  const page = query.data
  const isEmpty = page !== undefined && page.items.length === 0
  const shownView = useShownView(JSON.stringify([scope, listed]), query.isPlaceholderData)
  const { rows, moved, reorder } = useSteadyOrder(page?.items ?? NO_ROWS, shownView, query.isFetching, rowId)
  const columns = useMemo(() => {
    const asked = searchWords(listed.q ?? '')
    return imageColumns({
      words,
      inventory,
      format,
      scope,
      marked: [...asked.ofName, asked.last],
      sort: listed.sort,
      onSort: (sort) => {
        reorder()
        change({ sort })
      },
    })
  }, [words, inventory, format, scope, listed.q, listed.sort, change, reorder])

  return (
    <>
      {query.isError && page && (
        <StaleNotice
          text={texts.registries.stale(format.dateTime(new Date(query.dataUpdatedAt).toISOString()))}
          onRetry={() => void query.refetch()}
        />
      )}
      <div className="card table-card inventory-table image-table">
        {query.isError && !page ? (
          <div className="card-body">
            <ProblemNotice error={asApiError(query.error)} title={words.failedTitle} onRetry={() => void query.refetch()} />
          </div>
        ) : isEmpty && (isNarrowed(search) || listed.q !== undefined) ? (
          <EmptyState
            icon={<IconSearchOff size={26} stroke={1.5} />}
            title={words.noMatchTitle}
            action={<Button onClick={onClear}>{texts.action.clearFilters}</Button>}
          >
            {words.noMatchHelp}
          </EmptyState>
        ) : isEmpty ? (
          <Nothing />
        ) : (
          <PagedTable
            caption={texts.nav.images}
            columns={columns}
            rows={rows}
            rowKey={rowId}
            page={page}
            pageSize={INVENTORY_PAGE_SIZE}
            outdated={query.isPlaceholderData}
            walked={search.after}
            count={inventory.list.count}
            onWalk={(after) => change({ after })}
            moved={moved}
            onReorder={reorder}
          />
        )}
      </div>
    </>
  )
}

/** No registry is there, none was read yet, or nothing is in them: three different things. */
function Nothing() {
  const words = useBook(imagesBook)
  const scope = useScope()
  const { data: registries } = useQuery(namedRegistriesQuery(undefined))
  if (registries?.total.value === 0) {
    return (
      <EmptyState
        icon={<IconBoxMultiple size={26} stroke={1.5} />}
        title={words.noneTitle}
        action={
          <ButtonLink {...registriesLink(scope)} tone="primary">
            {words.toRegistries}
          </ButtonLink>
        }
      >
        {words.noneHelp}
      </EmptyState>
    )
  }
  const wasRead = registries?.items.every((registry) => asFull(registry)?.statistics.repositories.value === 0) === true
  return (
    <EmptyState
      icon={<IconBoxMultiple size={26} stroke={1.5} />}
      title={wasRead ? words.emptyTitle : words.waitingTitle}
    >
      {wasRead ? words.emptyHelp : words.waitingHelp}
    </EmptyState>
  )
}
