import { useQuery } from '@tanstack/react-query'
import { IconSearchOff } from '@tabler/icons-react'
import { type ReactNode, useMemo } from 'react'
import { foundQuery } from '../../api/images'
import { asApiError } from '../../api/problem'
import type { Image, ImageReference } from '../../api/types'
import { useBook } from '../../i18n/book'
import { imagesBook } from '../../i18n/books/images'
import { inventoryBook } from '../../i18n/books/inventory'
import { useI18n } from '../../i18n/context'
import type { ImageSearch } from '../../lib/imageSearch'
import { searchWords } from '../../lib/imageWords'
import { useScope } from '../../shell/useScope'
import { Button } from '../../ui/Button'
import { Card } from '../../ui/Card'
import { type Column, DataTable } from '../../ui/DataTable'
import { EmptyState } from '../../ui/EmptyState'
import { Notice } from '../../ui/Notice'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { StaleNotice } from '../../ui/StaleNotice'
import { VisuallyHidden } from '../../ui/VisuallyHidden'
import { imageColumns } from './imageColumns'
import { digestColumns, tagColumns } from './referenceColumns'

interface FoundProps {
  /** What is asked for, with something in it. */
  words: string
  search: ImageSearch
  onShowNames: () => void
  onClear: () => void
}

const imageId = ({ repository }: Image) => repository.id
const referenceId = ({ repository_id: id, tag, digest }: ImageReference) => `${id} ${tag ?? digest}`

/** What a text is found in, as it is typed. */
export function Found({ words: typed, search, onShowNames, onClear }: FoundProps) {
  const { texts, format } = useI18n()
  const words = useBook(imagesBook)
  const inventory = useBook(inventoryBook)
  const scope = useScope()
  const query = useQuery(foundQuery(typed, search, scope))
  const found = query.data
  const outdated = query.isPlaceholderData

  const columns = useMemo(() => {
    const asked = searchWords(typed)
    const context = { words, inventory, format, scope, asked }
    return {
      images: imageColumns({ ...context, marked: [...asked.ofName, asked.last] }),
      tags: tagColumns(context),
      digests: digestColumns(context),
    }
  }, [typed, words, inventory, format, scope])

  if (query.isError && found === undefined) {
    return (
      <div className="card card-body">
        <ProblemNotice error={asApiError(query.error)} title={words.found.failedTitle} onRetry={() => void query.refetch()} />
      </div>
    )
  }
  const shown = found ? found.repositories.length + found.tags.length + found.artifacts.length : 0
  const more = found !== undefined && (found.more_repositories || found.more_tags)
  const count = format.number(shown)
  return (
    <div className="found">
      <VisuallyHidden>
        <span role="status">
          {found === undefined || outdated
            ? words.found.searching
            : shown === 0
              ? words.found.noneTitle(typed)
              : words.found.total(count, more, shown === 1)}
        </span>
      </VisuallyHidden>
      {query.isError && (
        <StaleNotice
          text={texts.registries.stale(format.dateTime(new Date(query.dataUpdatedAt).toISOString()))}
          onRetry={() => void query.refetch()}
        />
      )}
      {found?.partial && (
        <Notice tone="info">
          <p>{words.found.partial}</p>
        </Notice>
      )}
      {found === undefined ? (
        <div className="card table-card inventory-table image-table">
          <DataTable caption={inventory.repositories} columns={columns.images} rows={[]} rowKey={imageId} loading />
        </div>
      ) : shown === 0 && found.partial ? null : shown === 0 ? (
        <div className="card table-card">
          <EmptyState
            icon={<IconSearchOff size={26} stroke={1.5} />}
            title={words.found.noneTitle(typed)}
            action={<Button onClick={onClear}>{texts.action.clearFilters}</Button>}
          >
            {words.found.noneHelp}
          </EmptyState>
        </div>
      ) : (
        <>
          <Group
            title={inventory.repositories}
            columns={columns.images}
            rows={found.repositories}
            rowKey={imageId}
            more={found.more_repositories}
            outdated={outdated}
          >
            {found.more_repositories && (
              <Button size="xs" onClick={onShowNames}>
                {words.found.showAll}
              </Button>
            )}
          </Group>
          <Group
            title={inventory.tag.title}
            columns={columns.tags}
            rows={found.tags}
            rowKey={referenceId}
            more={found.more_tags}
            outdated={outdated}
          >
            {found.more_tags && words.found.moreTags}
          </Group>
          <Group
            title={words.found.digests}
            columns={columns.digests}
            rows={found.artifacts}
            rowKey={referenceId}
            more={false}
            outdated={outdated}
          />
        </>
      )}
    </div>
  )
}

interface GroupProps<Row> {
  title: string
  columns: readonly Column<Row>[]
  rows: readonly Row[]
  rowKey: (row: Row) => string
  more: boolean
  outdated: boolean
  /** What leads to the rest. */
  children?: ReactNode
}

function Group<Row>({ title, columns, rows, rowKey, more, outdated, children }: GroupProps<Row>) {
  const { format } = useI18n()
  const words = useBook(imagesBook).found
  if (rows.length === 0) return null
  return (
    <Card title={title} aside={<span className="fine num">{words.count(format.number(rows.length), more)}</span>}>
      <div className="table-card inventory-table image-table">
        <DataTable caption={title} columns={columns} rows={rows} rowKey={rowKey} loading={false} outdated={outdated} />
      </div>
      {children && <div className="table-foot">{children}</div>}
    </Card>
  )
}
