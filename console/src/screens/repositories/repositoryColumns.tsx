import { Link } from '@tanstack/react-router'
import type { Repository } from '../../api/types'
import type { InventoryTexts } from '../../i18n/books/inventory'
import { sizeText } from '../../i18n/figures'
import type { Formatters } from '../../i18n/format'
import type { RepositorySort } from '../../lib/inventorySearch'
import type { Scope } from '../../lib/scope'
import { Age } from '../../ui/Age'
import type { Column, ColumnSort } from '../../ui/DataTable'
import { NameText } from '../../ui/NameText'
import { VisuallyHidden } from '../../ui/VisuallyHidden'
import { repositoryLink } from '../registry/registryLink'
import { StateChip } from './StateChip'

interface ColumnContext {
  inventory: InventoryTexts
  format: Formatters
  scope: Scope
  sort: RepositorySort | undefined
  onSort: (sort: RepositorySort | undefined) => void
}

/** The columns of the list of repositories. */
export function repositoryColumns({ inventory, format, scope, sort, onSort }: ColumnContext): Column<Repository>[] {
  const words = inventory.list
  const nameSort: ColumnSort = {
    label: words.sort.name,
    direction: sort === undefined || sort === 'name' ? 'ascending' : sort === '-name' ? 'descending' : null,
    onSort: () => onSort(sort === undefined || sort === 'name' ? '-name' : undefined),
  }
  // These go one way only: nobody looks for the smallest.
  const downwards = (label: string, by: RepositorySort): ColumnSort => ({
    label,
    direction: sort === by ? 'descending' : null,
    onSort: () => onSort(by),
  })
  const figure = (value: number | null | undefined) =>
    value == null ? (
      <span className="fine">
        <span aria-hidden>–</span>
        <VisuallyHidden>{inventory.state.named}</VisuallyHidden>
      </span>
    ) : (
      <span className="num">{format.number(value)}</span>
    )

  return [
    {
      id: 'name',
      header: words.columns.name,
      rowHeader: true,
      sort: nameSort,
      cell: (repository) => (
        <div className="name-text">
          <Link
            className="row-link"
            {...repositoryLink(scope, repository.registry_id, repository.id)}
            title={repository.name}
          >
            <NameText name={repository.name} />
          </Link>
          <StateChip repository={repository} />
        </div>
      ),
    },
    {
      id: 'tags',
      header: words.columns.tags,
      align: 'end',
      sort: downwards(words.sort.tags, '-tags'),
      cell: (repository) => (
        <>
          {figure(repository.tags)}
          {repository.tags != null && repository.tags_unread > 0 && (
            <div className="fine num">{words.unread(format.number(repository.tags_unread))}</div>
          )}
        </>
      ),
    },
    {
      id: 'artifacts',
      header: words.columns.artifacts,
      align: 'end',
      cell: (repository) => figure(repository.artifacts),
    },
    {
      id: 'size',
      header: words.columns.size,
      align: 'end',
      sort: downwards(words.sort.size, '-size'),
      cell: (repository) =>
        repository.total_bytes === 0 ? (
          // Nothing was read, or there is nothing: no size is known either way.
          figure(null)
        ) : (
          <>
            <span className="num">{sizeText(format, repository.total_bytes)}</span>
            {repository.shared_bytes > 0 && (
              <div className="fine num">{inventory.shared(sizeText(format, repository.shared_bytes))}</div>
            )}
          </>
        ),
    },
    {
      id: 'pushed',
      header: words.columns.pushed,
      align: 'end',
      sort: downwards(words.sort.pushed, '-pushed_at'),
      cell: (repository) =>
        repository.pushed_at ? (
          <span className="num">
            <Age at={repository.pushed_at} />
          </span>
        ) : (
          <span className="fine num">
            {words.seen} <Age at={repository.created_at} />
          </span>
        ),
    },
  ]
}
