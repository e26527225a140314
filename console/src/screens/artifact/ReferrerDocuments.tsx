import { useQuery } from '@tanstack/react-query'
import { referrerQuery } from '../../api/inventory'
import { asApiError } from '../../api/problem'
import { useBook } from '../../i18n/book'
import { contentsBook } from '../../i18n/books/contents'
import { documentsOf } from '../../lib/documents'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { Skeleton } from '../../ui/Skeleton'
import { Documents } from './Documents'

interface ReferrerDocumentsProps {
  repositoryId: string
  /** Of what refers to the artifact at hand. */
  digest: string
}

/** The documents of a signature or a bill of materials, where it is listed at what it is about. */
export function ReferrerDocuments({ repositoryId, digest }: ReferrerDocumentsProps) {
  const { documents: words } = useBook(contentsBook)
  const query = useQuery(referrerQuery(repositoryId, digest))
  const artifact = query.data
  if (query.isError && artifact === undefined) {
    return <ProblemNotice error={asApiError(query.error)} onRetry={() => void query.refetch()} />
  }
  if (artifact === undefined) return <Skeleton width="100%" height={48} />
  if (!artifact.read) return <p className="fine">{words.unread}</p>
  if (artifact.kind === 'image' || artifact.kind === 'index') return <p className="fine">{words.noDocuments}</p>
  const documents = documentsOf(artifact)
  if (documents.length === 0) return <p className="fine">{words.none}</p>
  return <Documents documents={documents} digest={digest} repositoryId={repositoryId} />
}
