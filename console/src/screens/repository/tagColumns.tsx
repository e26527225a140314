import { Link } from '@tanstack/react-router'
import { IconAlertTriangle, IconBell, IconInfoCircle, IconTrash } from '@tabler/icons-react'
import type { Repository, Tag } from '../../api/types'
import type { InventoryTexts } from '../../i18n/books/inventory'
import type { Texts } from '../../i18n/en'
import { sizeText } from '../../i18n/figures'
import type { Formatters } from '../../i18n/format'
import { errorText } from '../../i18n/problemText'
import type { TagSort } from '../../lib/inventorySearch'
import { platformText, shortDigest, tagReference } from '../../lib/reference'
import type { Scope } from '../../lib/scope'
import { Age } from '../../ui/Age'
import { Chip } from '../../ui/Chip'
import { Copy } from '../../ui/Copy'
import type { Column } from '../../ui/DataTable'
import { IconButton } from '../../ui/IconButton'
import { VisuallyHidden } from '../../ui/VisuallyHidden'
import { artifactLink } from '../registry/registryLink'

interface ColumnContext {
  texts: Texts
  inventory: InventoryTexts
  format: Formatters
  /** The registry's address; without it no reference can be told. */
  address: string | undefined
  scope: Scope
  repository: Repository
  sort: TagSort | undefined
  onSort: (sort: TagSort | undefined) => void
  /** Why tags cannot be deleted. */
  deleteBlocked: string | undefined
  onDelete: (tag: Tag) => void
}

/** More architectures than these are told by their number. */
const PLATFORMS_SHOWN = 3

/** A version is read from the name: its order is one of this column too. */
const NAME_DIRECTIONS: Record<TagSort, 'ascending' | 'descending' | null> = {
  newest: null,
  name: 'ascending',
  '-name': 'descending',
  version: 'ascending',
  '-version': 'descending',
}

/** The columns of a repository's tags. */
export function tagColumns(context: ColumnContext): Column<Tag>[] {
  const { texts, inventory, format, address, scope, repository, sort, onSort } = context
  const words = inventory.tag
  const absent = (reason: string) => (
    <span className="fine" title={reason}>
      <span aria-hidden>–</span>
      <VisuallyHidden>{reason}</VisuallyHidden>
    </span>
  )
  const page = (digest: string) => artifactLink(scope, repository.registry_id, repository.id, digest)
  const unread = (tag: Tag) => absent(tag.digest == null || tag.kind == null ? words.unread : words.unknown)

  return [
    {
      id: 'name',
      header: words.columns.name,
      rowHeader: true,
      sort: {
        label: words.sort.name,
        direction: NAME_DIRECTIONS[sort ?? 'newest'],
        onSort: () => onSort(sort === 'name' ? '-name' : 'name'),
      },
      cell: (tag) => (
        <div className="name-text">
          <span className="tag-line">
            {tag.digest == null ? (
              <span className="tag-name" title={tag.name}>
                {tag.name}
              </span>
            ) : (
              <Link className="tag-name row-link" {...page(tag.digest)} title={tag.name}>
                {tag.name}
              </Link>
            )}
            {address !== undefined && <Copy value={tagReference(address, repository.name, tag.name)} />}
          </span>
          <TagMarks texts={texts} inventory={inventory} tag={tag} />
        </div>
      ),
    },
    {
      id: 'digest',
      header: words.columns.digest,
      cell: (tag) =>
        tag.digest == null ? (
          absent(words.unread)
        ) : (
          <span className="address-cell">
            <Link className="mono digest-link" {...page(tag.digest)} title={tag.digest}>
              {shortDigest(tag.digest)}
            </Link>
            <Copy value={tag.digest} what={words.digestOf(tag.name)} />
          </span>
        ),
    },
    {
      id: 'kind',
      header: words.columns.kind,
      cell: (tag) => (tag.kind == null ? unread(tag) : words.kind[tag.kind]),
    },
    {
      id: 'platforms',
      header: words.columns.platforms,
      cell: (tag) => {
        const all = tag.platforms.map(platformText)
        if (all.length === 0) return unread(tag)
        const rest = all.length - PLATFORMS_SHOWN
        return (
          <span className="platforms" title={all.join(', ')}>
            {all.slice(0, PLATFORMS_SHOWN).join(', ')}
            {rest > 0 && (
              <>
                {' '}
                <span className="fine">
                  <span aria-hidden>{words.more(format.number(rest))}</span>
                  <VisuallyHidden>{all.slice(PLATFORMS_SHOWN).join(', ')}</VisuallyHidden>
                </span>
              </>
            )}
          </span>
        )
      },
    },
    {
      id: 'size',
      header: words.columns.size,
      align: 'end',
      cell: (tag) => (tag.size_bytes == null ? unread(tag) : <span className="num">{sizeText(format, tag.size_bytes)}</span>),
    },
    {
      id: 'pushed',
      header: words.columns.pushed,
      align: 'end',
      sort: {
        label: words.sort.newest,
        direction: sort === undefined || sort === 'newest' ? 'descending' : null,
        onSort: () => onSort(undefined),
      },
      cell: (tag) =>
        tag.pushed_at ? (
          <span className="num">
            <Age at={tag.pushed_at} />
          </span>
        ) : (
          <span className="fine num">
            {words.seen} <Age at={tag.seen_at} />
          </span>
        ),
    },
    {
      id: 'created',
      header: words.columns.created,
      align: 'end',
      cell: (tag) =>
        tag.created_at ? (
          <span className="fine num">
            <Age at={tag.created_at} />
          </span>
        ) : tag.reproducible ? (
          <span className="fine" title={words.reproducibleHelp}>
            {words.reproducible}
          </span>
        ) : (
          unread(tag)
        ),
    },
    {
      id: 'actions',
      header: words.columns.actions,
      hiddenHeader: true,
      align: 'end',
      cell: (tag) => (
        <IconButton
          label={inventory.deletion.deleteTag(tag.name)}
          size={30}
          blocked={context.deleteBlocked}
          onClick={() => context.onDelete(tag)}
        >
          <IconTrash size={16} stroke={1.7} aria-hidden />
        </IconButton>
      ),
    },
  ]
}

/** What is out of the ordinary about a tag. */
function TagMarks({ texts, inventory, tag }: { texts: Texts; inventory: InventoryTexts; tag: Tag }) {
  const words = inventory.tag
  return (
    <>
      {tag.provisional && (
        <span title={words.provisionalHelp}>
          <Chip tone="warn" icon={<IconBell size={13} aria-hidden />}>
            {words.provisional}
          </Chip>
        </span>
      )}
      {tag.digest != null && tag.certainty === 'reported' && !tag.provisional && (
        <span title={words.reportedHelp}>
          <Chip tone="unknown" icon={<IconInfoCircle size={13} aria-hidden />}>
            {words.reported}
          </Chip>
        </span>
      )}
      {tag.trouble && (
        <span className="state">
          <Chip tone="bad" icon={<IconAlertTriangle size={13} aria-hidden />}>
            {words.troubled}
          </Chip>
          <span className="fine">{errorText(texts, tag.trouble).title}</span>
        </span>
      )}
    </>
  )
}
