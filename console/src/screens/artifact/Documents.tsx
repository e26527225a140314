import { useQuery } from '@tanstack/react-query'
import { useId, useState } from 'react'
import { DOCUMENT_MOST, documentHref, documentQuery } from '../../api/contents'
import { asApiError } from '../../api/problem'
import { useBook } from '../../i18n/book'
import { contentsBook } from '../../i18n/books/contents'
import { useI18n } from '../../i18n/context'
import { sizeText } from '../../i18n/figures'
import { type HeldDocument, isReadable } from '../../lib/documents'
import { beginning } from '../../lib/prettyJson'
import { plainText } from '../../lib/rawText'
import { shortDigest } from '../../lib/reference'
import { Copy } from '../../ui/Copy'
import { DownloadLink } from '../../ui/DownloadLink'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { Skeleton } from '../../ui/Skeleton'
import { Raw } from './Raw'

/** Documents above this are not fetched for a look at their beginning. */
const PREVIEWED = 1024 * 1024
const PREVIEW_CHARACTERS = 4_000
const PREVIEW_LINES = 30

interface DocumentsProps {
  documents: readonly HeldDocument[]
  /** Of the artifact that holds them. */
  digest: string
  repositoryId: string
}

/** Documents of an artifact, each to be saved, and to be looked at where it is text. */
export function Documents({ documents, ...of }: DocumentsProps) {
  return (
    <ul className="documents">
      {documents.map((document, index) => (
        <Row key={index} document={document} {...of} />
      ))}
    </ul>
  )
}

interface RowProps extends Omit<DocumentsProps, 'documents'> {
  document: HeldDocument
}

function Row({ document: { descriptor, number, known }, digest, repositoryId }: RowProps) {
  const { format } = useI18n()
  const { documents: words, download, downloadOf } = useBook(contentsBook)
  const [open, setOpen] = useState(false)
  const id = useId()
  const { digest: blob, media_type: mediaType, size_bytes: bytes, foreign, title } = descriptor
  const part = number === null ? words.config : words.part(format.number(number))
  const own = known === null && number !== null && title ? title : null
  const name = own === null ? (known ? words.known[known] : part) : plainText(own)
  const size = sizeText(format, bytes)
  const given = bytes <= DOCUMENT_MOST && !foreign
  const previewed = given && bytes > 0 && bytes <= PREVIEWED && isReadable(mediaType)
  return (
    <li>
      <div className="document-what">
        <span className="break">{own === null ? name : <Raw text={own} />}</span>
        <span className="mono break fine">
          <Raw text={mediaType} />
        </span>
        <span className="layer-digest fine">
          <span className="mono" title={blob}>
            {shortDigest(blob)}
          </span>
          <Copy value={blob} what={words.digestOf(name)} />
        </span>
      </div>
      <span className="document-size num">{size}</span>
      <div className="document-tools">
        {previewed && (
          <button
            type="button"
            className="text-button"
            aria-expanded={open}
            aria-controls={id}
            aria-label={open ? undefined : words.previewOf(name)}
            onClick={() => setOpen(!open)}
          >
            {open ? words.hidePreview : words.preview}
          </button>
        )}
        {given ? (
          <DownloadLink href={documentHref(repositoryId, digest, blob)} label={downloadOf(name, size)}>
            {download}
          </DownloadLink>
        ) : (
          <span className="fine">{foreign ? words.elsewhere : words.tooLarge(sizeText(format, DOCUMENT_MOST))}</span>
        )}
      </div>
      {open && (
        <div className="document-preview" id={id}>
          <Preview name={name} digest={digest} repositoryId={repositoryId} blob={blob} />
        </div>
      )}
    </li>
  )
}

interface PreviewProps {
  name: string
  digest: string
  repositoryId: string
  blob: string
}

function Preview({ name, digest, repositoryId, blob }: PreviewProps) {
  const { documents: words, manifest } = useBook(contentsBook)
  const query = useQuery(documentQuery(repositoryId, digest, blob))
  if (query.isError) {
    return <ProblemNotice error={asApiError(query.error)} onRetry={() => void query.refetch()} />
  }
  if (query.data === undefined) {
    return (
      <div aria-busy>
        <p className="visually-hidden" role="status">
          {manifest.fetching}
        </p>
        <Skeleton width="100%" height={80} />
      </div>
    )
  }
  const { text, cut } = beginning(query.data, PREVIEW_CHARACTERS)
  const lines = text.split('\n', PREVIEW_LINES + 1)
  const shown = lines.slice(0, PREVIEW_LINES).join('\n')
  return (
    <>
      <pre className="mono raw raw-whole" role="region" aria-label={words.beginningOf(name)} tabIndex={0}>
        {plainText(shown)}
      </pre>
      {(cut || lines.length > PREVIEW_LINES) && <p className="fine">{words.cut}</p>}
    </>
  )
}
