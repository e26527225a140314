import { Link, useRouter } from '@tanstack/react-router'
import { IconAlertTriangle, IconClockHour4, IconInfoCircle, IconTag, IconTrash } from '@tabler/icons-react'
import { useState } from 'react'
import type { Artifact, Repository, RepositoryDetail, SeenRegistry } from '../../api/types'
import { useBook } from '../../i18n/book'
import { artifactBook } from '../../i18n/books/artifact'
import { inventoryBook } from '../../i18n/books/inventory'
import { useI18n } from '../../i18n/context'
import { formatName } from '../../lib/artifact'
import type { DeletionTarget } from '../../lib/deletion'
import { tagSearch } from '../../lib/inventorySearch'
import { shortDigest } from '../../lib/reference'
import { useFetched } from '../../lib/useFetched'
import { useScope } from '../../shell/useScope'
import { Chip } from '../../ui/Chip'
import { Copy } from '../../ui/Copy'
import { GuardedButton } from '../../ui/GuardedButton'
import { PageTitle } from '../../ui/PageTitle'
import { repositoryLink } from '../registry/registryLink'
import { deletionBlocked, fetchDeleteDialog } from '../shared/imageDeletion'

interface OfArtifact {
  artifact: Artifact
  repository: Repository
}

interface ArtifactHeadProps {
  artifact: Artifact
  detail: RepositoryDetail
  registry: SeenRegistry | undefined
}

/** What kind of artifact it is, its digest, and the tags that point at it. */
export function ArtifactHead({ artifact, detail, registry }: ArtifactHeadProps) {
  const words = useBook(artifactBook)
  const kind = words.kinds[artifact.kind ?? 'other']
  const format = artifact.kind === 'image' || artifact.kind === 'index' ? null : formatName(artifact)
  return (
    <div className="page-head">
      <div>
        <div className="title-line">
          <PageTitle title={words.title(format ? words.withFormat(kind, format) : kind, shortDigest(artifact.digest))} />
          <Marks artifact={artifact} />
        </div>
        <div className="copyable">
          <span className="mono break">{artifact.digest}</span>
          <Copy value={artifact.digest} what={words.digest} />
        </div>
        <Tags artifact={artifact} repository={detail.repository} />
      </div>
      <Delete artifact={artifact} detail={detail} registry={registry} />
    </div>
  )
}

function Delete({ artifact: { digest }, detail, registry }: ArtifactHeadProps) {
  const { texts } = useI18n()
  const inventory = useBook(inventoryBook)
  const scope = useScope()
  const router = useRouter()
  const DeleteImageDialog = useFetched(fetchDeleteDialog)
  const [deleting, setDeleting] = useState<DeletionTarget | null>(null)
  const { repository } = detail
  const back = repositoryLink(scope, repository.registry_id, repository.id)
  return (
    <>
      <GuardedButton
        icon={<IconTrash size={16} stroke={1.7} aria-hidden />}
        blocked={deletionBlocked(texts, inventory, detail, registry, 'artifact')}
        onClick={() => {
          // The page of what is gone is left at once, before it is told so and asks for it again.
          void router.preloadRoute(back)
          setDeleting({ type: 'artifact', digest })
        }}
      >
        {inventory.deletion.delete}
      </GuardedButton>
      {DeleteImageDialog && (
        <DeleteImageDialog
          repository={repository}
          target={deleting}
          onClose={() => setDeleting(null)}
          onDeleted={() => void router.navigate({ ...back, replace: true })}
        />
      )}
    </>
  )
}

/** What is out of the ordinary about it. */
function Marks({ artifact }: { artifact: Artifact }) {
  const words = useBook(artifactBook)
  return (
    <>
      {artifact.chart?.deprecated && (
        <span title={words.chart.deprecatedHelp}>
          <Chip tone="warn" icon={<IconAlertTriangle size={13} aria-hidden />}>
            {words.chart.deprecated}
          </Chip>
        </span>
      )}
      {artifact.trouble ? (
        <Chip tone="bad" icon={<IconAlertTriangle size={13} aria-hidden />}>
          {words.failed}
        </Chip>
      ) : (
        !artifact.read && (
          <Chip tone="unknown" icon={<IconClockHour4 size={13} aria-hidden />}>
            {words.unread}
          </Chip>
        )
      )}
      {artifact.certainty === 'reported' && (
        <span title={words.reportedHelp}>
          <Chip tone="unknown" icon={<IconInfoCircle size={13} aria-hidden />}>
            {words.reported}
          </Chip>
        </span>
      )}
    </>
  )
}

const TAGS_SHOWN = 12
/** The server tells no more. */
const TAGS_MOST = 100

function Tags({ artifact: { tags }, repository }: OfArtifact) {
  const { format } = useI18n()
  const words = useBook(artifactBook)
  const scope = useScope()
  const [all, setAll] = useState(false)
  if (tags.length === 0) return <p className="fine artifact-tags">{words.noTags}</p>
  const shown = all ? tags : tags.slice(0, TAGS_SHOWN)
  const rest = tags.length - shown.length
  return (
    <div className="artifact-tags">
      <ul className="tag-list" aria-label={words.tags}>
        {shown.map((tag) => (
          <li key={tag}>
            <Link
              className="tag-pill"
              {...repositoryLink(scope, repository.registry_id, repository.id, tagSearch(tag))}
              title={tag}
              aria-label={words.showTag(tag)}
            >
              <IconTag size={13} aria-hidden />
              <span>{tag}</span>
            </Link>
          </li>
        ))}
        {rest > 0 && (
          <li>
            <button type="button" className="text-button" onClick={() => setAll(true)}>
              {words.moreTags(format.number(rest))}
            </button>
          </li>
        )}
      </ul>
      {all && tags.length >= TAGS_MOST && <p className="fine">{words.firstTags(format.number(TAGS_MOST))}</p>}
    </div>
  )
}
