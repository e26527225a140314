import { Link } from '@tanstack/react-router'
import type { ImageReference } from '../../api/types'
import type { ImagesTexts } from '../../i18n/books/images'
import type { InventoryTexts } from '../../i18n/books/inventory'
import { sizeText } from '../../i18n/figures'
import type { Formatters } from '../../i18n/format'
import type { SearchWords } from '../../lib/imageWords'
import { pullHost, SHORT_HEX, shortDigest, tagReference } from '../../lib/reference'
import { type Scope, scopeOfOwner } from '../../lib/scope'
import { Age } from '../../ui/Age'
import { Copy } from '../../ui/Copy'
import type { Column } from '../../ui/DataTable'
import { Marked } from '../../ui/Marked'
import { artifactLink, repositoryLink } from '../registry/registryLink'
import { RegistryCell } from './RegistryCell'

interface ColumnContext {
  words: ImagesTexts
  inventory: InventoryTexts
  format: Formatters
  scope: Scope
  asked: SearchWords
}

/** The columns of tags that a search found. */
export function tagColumns(context: ColumnContext): Column<ImageReference>[] {
  const { words, inventory, scope, asked } = context
  const inName = [...asked.ofName, asked.last]
  return [
    {
      id: 'name',
      header: inventory.tag.columns.name,
      rowHeader: true,
      cell: (found) => {
        const tag = found.tag ?? ''
        return (
          <span className="tag-line">
            <Link className="row-link" {...linkTo(found, scope)} title={`${found.repository}:${tag}`}>
              <Marked text={found.repository} words={inName} />:<Marked text={tag} words={[asked.last]} />
            </Link>
            <Copy value={tagReference(found.address, found.repository, tag)} />
          </span>
        )
      },
    },
    ...facts(context),
    {
      id: 'pushed',
      header: words.columns.at,
      align: 'end',
      cell: ({ at }) =>
        at ? (
          <span className="num">
            <Age at={at} />
          </span>
        ) : (
          <span className="fine">{inventory.tag.unknown}</span>
        ),
    },
  ]
}

/** The columns of artifacts that a search found by how their digest begins. */
export function digestColumns(context: ColumnContext): Column<ImageReference>[] {
  const { inventory, scope, asked } = context
  return [
    {
      id: 'name',
      header: inventory.tag.columns.digest,
      rowHeader: true,
      cell: (found) => {
        const digest = found.digest ?? ''
        return (
          <span className="tag-line">
            <Link className="row-link" {...linkTo(found, scope)} title={`${found.repository}@${digest}`}>
              <Marked text={found.repository} words={asked.ofName} />
              <span className="mono">
                @<Marked text={shortDigest(digest)} words={[asked.last.slice(0, SHORT_HEX)]} />
              </span>
            </Link>
            <Copy value={`${pullHost(found.address)}/${found.repository}@${digest}`} />
          </span>
        )
      },
    },
    ...facts(context),
  ]
}

/** The artifact; as long as nobody looked what the tag points at, its repository. */
function linkTo({ owner, registry_id: registryId, repository_id: repositoryId, digest }: ImageReference, here: Scope) {
  const scope = scopeOfOwner(owner, here)
  return digest == null ? repositoryLink(scope, registryId, repositoryId) : artifactLink(scope, registryId, repositoryId, digest)
}

function facts({ words, inventory, format, scope }: ColumnContext): Column<ImageReference>[] {
  const unread = <span className="fine">{inventory.tag.unread}</span>
  return [
    {
      id: 'registry',
      header: words.columns.registry,
      cell: ({ registry_id: id, registry, owner }) => <RegistryCell id={id} name={registry} owner={owner} scope={scope} />,
    },
    {
      id: 'kinds',
      header: words.columns.kind,
      cell: ({ kind }) => (kind == null ? unread : inventory.tag.kind[kind]),
    },
    {
      id: 'size',
      header: inventory.tag.columns.size,
      align: 'end',
      cell: ({ size_bytes: size }) => (size == null ? unread : <span className="num">{sizeText(format, size)}</span>),
    },
  ]
}
