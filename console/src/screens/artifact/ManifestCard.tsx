import { useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { manifestHref, manifestQuery } from '../../api/contents'
import { asApiError } from '../../api/problem'
import type { Artifact, Repository } from '../../api/types'
import { useBook } from '../../i18n/book'
import { contentsBook } from '../../i18n/books/contents'
import { useI18n } from '../../i18n/context'
import { sizeText } from '../../i18n/figures'
import { beginning } from '../../lib/prettyJson'
import { plainText } from '../../lib/rawText'
import { textBytes } from '../../lib/textBytes'
import { Button } from '../../ui/Button'
import { Card } from '../../ui/Card'
import { Copy } from '../../ui/Copy'
import { DownloadLink } from '../../ui/DownloadLink'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { Skeleton } from '../../ui/Skeleton'

/** A page with more text than this gets slow. */
const SHOWN = 200 * 1024

interface ManifestCardProps {
  artifact: Artifact
  repository: Repository
}

/** The manifest as the registry has it, fetched when somebody asks for it. */
export function ManifestCard({ artifact, repository }: ManifestCardProps) {
  const { format } = useI18n()
  const { manifest: words, download, downloadOf } = useBook(contentsBook)
  const [open, setOpen] = useState(false)
  const { digest, manifest_bytes: size } = artifact
  return (
    <Card
      title={words.title}
      aside={
        <span className="card-tools">
          <Button size="xs" aria-expanded={open} onClick={() => setOpen(!open)}>
            {open ? words.hide : words.show}
          </Button>
          <DownloadLink
            href={manifestHref(repository.id, digest)}
            label={size == null ? `${download} ${words.what}` : downloadOf(words.what, sizeText(format, size))}
          >
            {download}
          </DownloadLink>
        </span>
      }
    >
      {open ? <Shown repositoryId={repository.id} digest={digest} /> : <p className="card-body fine">{words.help}</p>}
    </Card>
  )
}

function Shown({ repositoryId, digest }: { repositoryId: string; digest: string }) {
  const { format } = useI18n()
  const { manifest: words } = useBook(contentsBook)
  const query = useQuery(manifestQuery(repositoryId, digest))
  const text = query.data
  const shown = useMemo(() => (text === undefined ? null : beginning(text, SHOWN)), [text])
  if (query.isError) {
    return (
      <div className="card-body">
        <ProblemNotice error={asApiError(query.error)} onRetry={() => void query.refetch()} />
      </div>
    )
  }
  if (text === undefined || shown === null) {
    return (
      <div className="card-body" aria-busy>
        <p className="visually-hidden" role="status">
          {words.fetching}
        </p>
        <Skeleton width="100%" height={160} />
      </div>
    )
  }
  return (
    <div className="card-body raw-file">
      <Copy value={text} what={words.what} />
      {/* It scrolls, so the keyboard has to reach it. */}
      <pre className="mono raw raw-whole" role="region" aria-label={words.text} tabIndex={0}>
        {plainText(shown.text).slice(0, SHOWN)}
      </pre>
      {shown.cut && (
        <p className="fine">
          {words.cut(sizeText(format, SHOWN), sizeText(format, textBytes(text)))}
        </p>
      )}
    </div>
  )
}
