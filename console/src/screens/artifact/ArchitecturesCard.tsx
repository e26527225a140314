import { Link } from '@tanstack/react-router'
import { IconAlertTriangle } from '@tabler/icons-react'
import type { Artifact, ArtifactChild, Repository } from '../../api/types'
import { useBook } from '../../i18n/book'
import { artifactBook } from '../../i18n/books/artifact'
import { inventoryBook } from '../../i18n/books/inventory'
import { useI18n } from '../../i18n/context'
import { sizeText } from '../../i18n/figures'
import { errorText } from '../../i18n/problemText'
import { plainText } from '../../lib/rawText'
import { platformText, shortDigest } from '../../lib/reference'
import { useScope } from '../../shell/useScope'
import { Card } from '../../ui/Card'
import { Chip } from '../../ui/Chip'
import { Copy } from '../../ui/Copy'
import { type Column, DataTable } from '../../ui/DataTable'
import { Fold } from '../../ui/Fold'
import { artifactLink } from '../registry/registryLink'
import { Raw } from './Raw'

interface ArchitecturesCardProps {
  artifact: Artifact
  repository: Repository
}

/** An entry, and its place in the list. */
interface Entry {
  child: ArtifactChild
  key: string
}

/** What an index lists: the architectures, and apart from them what a builder states about these. */
export function ArchitecturesCard({ artifact, repository }: ArchitecturesCardProps) {
  const { format } = useI18n()
  const { architectures: words } = useBook(artifactBook)
  const listed = artifact.children.filter((child) => !child.attests)
  const attesting = artifact.children.filter((child) => child.attests)
  const rows = listed.map((child, index) => ({ child, key: String(index) }))
  const someArchitecture = artifact.kind === 'index' && listed.some((child) => child.platform != null)
  const columns = useColumns(repository, someArchitecture)

  return (
    <Card
      title={someArchitecture ? words.title : words.contents}
      aside={
        someArchitecture && <span className="fine num">{words.count(format.number(listed.length), listed.length === 1)}</span>
      }
    >
      {listed.length === 0 ? (
        <p className="card-body muted">{words.none}</p>
      ) : (
        <div className="table-card inventory-table in-card">
          <DataTable
            caption={someArchitecture ? words.title : words.contents}
            columns={columns}
            rows={rows}
            rowKey={(row) => row.key}
            loading={false}
          />
        </div>
      )}
      {attesting.length > 0 && <Attestations attesting={attesting} repository={repository} />}
    </Card>
  )
}

function useColumns(repository: Repository, someArchitecture: boolean): Column<Entry>[] {
  const { texts, format } = useI18n()
  const { architectures: words, unread } = useBook(artifactBook)
  const { kind: kinds } = useBook(inventoryBook).tag
  const scope = useScope()
  const nameOf = ({ child }: Entry) =>
    child.platform ? platformText(child.platform) : child.kind ? kinds[child.kind] : words.notTold
  const link = ({ child }: Entry) => artifactLink(scope, repository.registry_id, repository.id, child.descriptor.digest)
  return [
    {
      id: 'name',
      header: someArchitecture ? words.columns.architecture : words.columns.type,
      rowHeader: true,
      cell: (entry) => (
        <div className="name-text">
          <Link className="row-link" {...link(entry)}>
            <Raw text={nameOf(entry)} />
          </Link>
          {entry.child.platform?.os_version != null && (
            <div className="fine">
              <Raw text={entry.child.platform.os_version} />
            </div>
          )}
          {entry.child.artifact_type != null && (
            <div className="fine break">
              <Raw text={entry.child.artifact_type} />
            </div>
          )}
        </div>
      ),
    },
    {
      id: 'digest',
      header: words.columns.digest,
      cell: (entry) => (
        <span className="address-cell">
          <span className="mono" title={entry.child.descriptor.digest}>
            {shortDigest(entry.child.descriptor.digest)}
          </span>
          <Copy value={entry.child.descriptor.digest} what={words.digestOf(plainText(nameOf(entry)))} />
        </span>
      ),
    },
    {
      id: 'size',
      header: words.columns.size,
      align: 'end',
      cell: ({ child }) =>
        child.trouble ? (
          <span className="state">
            <Chip tone="bad" icon={<IconAlertTriangle size={13} aria-hidden />}>
              {errorText(texts, child.trouble).title}
            </Chip>
          </span>
        ) : child.size_bytes == null ? (
          <span className="fine">{unread}</span>
        ) : (
          <span className="num">{sizeText(format, child.size_bytes)}</span>
        ),
    },
  ]
}

function Attestations({ attesting, repository }: { attesting: readonly ArtifactChild[]; repository: Repository }) {
  const { format } = useI18n()
  const { architectures: words } = useBook(artifactBook)
  const scope = useScope()
  return (
    <div className="attestations">
      <Fold title={`${words.attestations} (${format.number(attesting.length)})`}>
        <p>{words.attestationsHelp}</p>
        <ul aria-label={words.attestations}>
          {attesting.map((child, index) => (
            <li key={index}>
              <Link {...artifactLink(scope, repository.registry_id, repository.id, child.descriptor.digest)}>
                {words.attestation(format.number(index + 1))}
              </Link>
              <span className="mono fine" title={child.descriptor.digest}>
                {shortDigest(child.descriptor.digest)}
              </span>
              <Copy value={child.descriptor.digest} what={words.digestOf(words.attestation(String(index + 1)))} />
            </li>
          ))}
        </ul>
      </Fold>
    </div>
  )
}
