import { useState } from 'react'
import type { Artifact, Repository } from '../../api/types'
import { useBook } from '../../i18n/book'
import { contentsBook } from '../../i18n/books/contents'
import { useI18n } from '../../i18n/context'
import { documentsOf } from '../../lib/documents'
import { Button } from '../../ui/Button'
import { Card } from '../../ui/Card'
import { Documents } from './Documents'

/** More rows than these are shown on demand. */
const ROWS_SHOWN = 40

interface DocumentsCardProps {
  artifact: Artifact
  repository: Repository
}

/** What a signature, a bill of materials, a chart or another artifact that is no image holds, to be saved. */
export function DocumentsCard({ artifact, repository }: DocumentsCardProps) {
  const { format } = useI18n()
  const { documents: words } = useBook(contentsBook)
  const [all, setAll] = useState(false)
  const documents = documentsOf(artifact)
  const shown = all ? documents : documents.slice(0, ROWS_SHOWN)
  return (
    <Card title={words.title} aside={<span className="fine">{words.help}</span>}>
      {documents.length === 0 ? (
        <p className="card-body muted">{words.none}</p>
      ) : (
        <Documents documents={shown} digest={artifact.digest} repositoryId={repository.id} />
      )}
      {shown.length < documents.length && (
        <div className="card-actions">
          <Button onClick={() => setAll(true)}>{words.showAll(format.number(documents.length))}</Button>
        </div>
      )}
    </Card>
  )
}
