import { Link } from '@tanstack/react-router'
import type { Image, Repository } from '../../api/types'
import type { ImagesTexts } from '../../i18n/books/images'
import type { InventoryTexts } from '../../i18n/books/inventory'
import type { Formatters } from '../../i18n/format'
import type { RepositorySort } from '../../lib/inventorySearch'
import { pullHost } from '../../lib/reference'
import { type Scope, scopeOfOwner } from '../../lib/scope'
import { Copy } from '../../ui/Copy'
import type { Column } from '../../ui/DataTable'
import { Marked } from '../../ui/Marked'
import { repositoryLink } from '../registry/registryLink'
import { repositoryColumns } from '../repositories/repositoryColumns'
import { StateChip } from '../repositories/StateChip'
import { RegistryCell } from './RegistryCell'

interface ColumnContext {
  words: ImagesTexts
  inventory: InventoryTexts
  format: Formatters
  scope: Scope
  /** What was looked for in the names. */
  marked?: readonly string[]
  sort?: RepositorySort
  /** Left out where the order is the server's. */
  onSort?: (sort: RepositorySort | undefined) => void
}

const NOTHING: readonly string[] = []

/** The columns of a list of repositories of several registries. */
export function imageColumns({ words, inventory, format, scope, marked = NOTHING, sort, onSort }: ColumnContext): Column<Image>[] {
  const ofOne = repositoryColumns({ inventory, format, scope, sort, onSort: onSort ?? (() => undefined) })
  const taken = (id: string): Column<Image> => {
    const column = ofOne.find((each) => each.id === id) as Column<Repository>
    return { ...column, sort: onSort && column.sort, cell: ({ repository }) => column.cell(repository) }
  }
  return [
    {
      ...taken('name'),
      cell: ({ repository, address, owner }) => (
        <div className="name-text">
          <span className="tag-line">
            <Link
              className="row-link"
              {...repositoryLink(scopeOfOwner(owner, scope), repository.registry_id, repository.id)}
              title={repository.name}
            >
              <Marked text={repository.name} words={marked} />
            </Link>
            <Copy value={`${pullHost(address)}/${repository.name}`} />
          </span>
          <StateChip repository={repository} />
        </div>
      ),
    },
    {
      id: 'registry',
      header: words.columns.registry,
      cell: ({ repository, registry, space, owner }) => (
        <RegistryCell id={repository.registry_id} name={registry} owner={owner} space={space} scope={scope} />
      ),
    },
    {
      id: 'kinds',
      header: words.columns.kinds,
      cell: ({ repository }) => {
        const kinds = repository.kinds.map((kind) => inventory.tag.kind[kind])
        return kinds.length === 0 ? (
          <span className="fine">{inventory.tag.unknown}</span>
        ) : (
          <span className="kind-names">{kinds.join(inventory.comma)}</span>
        )
      },
    },
    taken('tags'),
    taken('size'),
    taken('pushed'),
  ]
}
