import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { Artifact, Referrer, Repository } from '../../api/types'
import { useBook } from '../../i18n/book'
import { artifactBook } from '../../i18n/books/artifact'
import { contentsBook } from '../../i18n/books/contents'
import { useI18n } from '../../i18n/context'
import { sizeText } from '../../i18n/figures'
import { shortDigest } from '../../lib/reference'
import { useScope } from '../../shell/useScope'
import { Card } from '../../ui/Card'
import { Copy } from '../../ui/Copy'
import { type Column, DataTable } from '../../ui/DataTable'
import { artifactLink } from '../registry/registryLink'
import { Raw } from './Raw'
import { ReferrerDocuments } from './ReferrerDocuments'

/** The server tells no more. */
const MOST = 100

/** Signatures, bills of materials and whatever else refers to an artifact. */
export function ReferrersCard({ artifact, repository }: { artifact: Artifact; repository: Repository }) {
  const { format } = useI18n()
  const { referrers: words } = useBook(artifactBook)
  const [open, setOpen] = useState<string | null>(null)
  const columns = useColumns(repository, open, setOpen)
  return (
    <Card title={words.title} aside={<span className="fine">{words.help}</span>}>
      <div className="table-card inventory-table in-card">
        <DataTable
          caption={words.title}
          columns={columns}
          rows={artifact.referrers}
          rowKey={(referrer) => referrer.digest}
          loading={false}
          below={({ digest }) =>
            digest === open ? <ReferrerDocuments repositoryId={repository.id} digest={digest} /> : null
          }
        />
      </div>
      {artifact.referrers.length >= MOST && <p className="card-body fine">{words.first(format.number(MOST))}</p>}
    </Card>
  )
}

function useColumns(repository: Repository, open: string | null, setOpen: (digest: string | null) => void): Column<Referrer>[] {
  const { format } = useI18n()
  const { documents } = useBook(contentsBook)
  const { referrers: words, kinds, unread } = useBook(artifactBook)
  const scope = useScope()
  const nameOf = (referrer: Referrer) => (referrer.kind ? kinds[referrer.kind] : unread)
  return [
    {
      id: 'name',
      header: words.columns.kind,
      rowHeader: true,
      cell: (referrer) => (
        <div className="name-text">
          <Link className="row-link" {...artifactLink(scope, repository.registry_id, repository.id, referrer.digest)}>
            {nameOf(referrer)}
          </Link>
          {(referrer.artifact_type ?? referrer.media_type) !== '' && (
            <div className="fine break">
              <Raw text={referrer.artifact_type ?? referrer.media_type} />
            </div>
          )}
        </div>
      ),
    },
    {
      id: 'by',
      header: words.columns.by,
      cell: (referrer) =>
        referrer.tag == null ? words.bySubject : <span className="break">{words.byTag(shortTag(referrer.tag))}</span>,
    },
    {
      id: 'digest',
      header: words.columns.digest,
      cell: (referrer) => (
        <span className="address-cell">
          <span className="mono" title={referrer.digest}>
            {shortDigest(referrer.digest)}
          </span>
          <Copy value={referrer.digest} what={words.digestOf(nameOf(referrer))} />
        </span>
      ),
    },
    {
      id: 'size',
      header: words.columns.size,
      align: 'end',
      cell: ({ size_bytes: size }) =>
        size == null ? <span className="fine">{unread}</span> : <span className="num">{sizeText(format, size)}</span>,
    },
    {
      id: 'documents',
      header: documents.column,
      cell: (referrer) => {
        const shown = referrer.digest === open
        return (
          <button
            type="button"
            className="text-button"
            aria-expanded={shown}
            aria-label={(shown ? documents.hideOf : documents.showOf)(nameOf(referrer))}
            onClick={() => setOpen(shown ? null : referrer.digest)}
          >
            {shown ? documents.hide : documents.show}
          </button>
        )
      },
    },
  ]
}

/** A tag of the scheme repeats the whole digest; what differs stands at its ends. */
function shortTag(tag: string): string {
  const [, start, end = ''] = /^([a-z0-9]+-[0-9a-f]{8})[0-9a-f]+(.*)$/.exec(tag) ?? []
  return start === undefined ? tag : `${start}…${end}`
}
