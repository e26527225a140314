import { Link } from '@tanstack/react-router'
import type { Artifact, Repository } from '../../api/types'
import { useBook } from '../../i18n/book'
import { artifactBook } from '../../i18n/books/artifact'
import { inventoryBook } from '../../i18n/books/inventory'
import { useI18n } from '../../i18n/context'
import { sizeText } from '../../i18n/figures'
import { builtAt } from '../../lib/artifact'
import { platformText, shortDigest } from '../../lib/reference'
import { useScope } from '../../shell/useScope'
import { Age } from '../../ui/Age'
import { Card } from '../../ui/Card'
import { type KeyValue, KeyValues } from '../../ui/KeyValues'
import { artifactLink } from '../registry/registryLink'
import { Raw } from './Raw'

interface FactsCardProps {
  artifact: Artifact
  repository: Repository
}

/** The server tells no more. */
const PARENTS_MOST = 100

/** What an artifact is, in figures and names. */
export function FactsCard({ artifact, repository }: FactsCardProps) {
  const { format } = useI18n()
  const scope = useScope()
  const { facts: words } = useBook(artifactBook)
  const { kind: kinds } = useBook(inventoryBook).tag
  const built = builtAt(artifact)
  const other = (digest: string) => (
    <Link className="mono" {...artifactLink(scope, repository.registry_id, repository.id, digest)} title={digest}>
      {shortDigest(digest)}
    </Link>
  )
  const absent = (text: string) => <span className="fine">{text}</span>
  const mono = (text: string) => (
    <span className="mono break">
      <Raw text={text} />
    </span>
  )
  const size = (bytes: number) => <span className="num">{sizeText(format, bytes)}</span>
  const entries: (KeyValue | false)[] = [
    artifact.kind != null && { key: words.kind, value: kinds[artifact.kind] },
    artifact.kind === 'image' &&
      artifact.platforms.length > 0 && { key: words.architecture, value: mono(artifact.platforms.map(platformText).join(', ')) },
    { key: words.mediaType, value: mono(artifact.media_type) },
    artifact.artifact_type != null && { key: words.artifactType, value: mono(artifact.artifact_type) },
    {
      key: words.size,
      value: artifact.size_bytes == null ? absent(words.sizeUnknown) : size(artifact.size_bytes),
    },
    artifact.manifest_bytes != null && { key: words.manifest, value: size(artifact.manifest_bytes) },
    artifact.read && {
      key: words.built,
      value:
        built === null ? (
          absent(words.notTold)
        ) : built === 'reproducible' ? (
          words.reproducible
        ) : (
          <>
            <span className="num">{format.dateTime(built.at)}</span>
            <span className="fine num">
              <Age at={built.at} />
            </span>
          </>
        ),
    },
    artifact.pushed_at != null && {
      key: words.pushed,
      value: (
        <>
          <span className="num">{format.dateTime(artifact.pushed_at)}</span>
          <span className="fine num">
            <Age at={artifact.pushed_at} />
          </span>
        </>
      ),
    },
    artifact.subject != null && { key: words.subject, value: other(artifact.subject) },
    artifact.parents.length > 0 && {
      key: words.parents,
      value: (
        <>
          {artifact.parents.map((parent) => (
            <span key={parent}>{other(parent)}</span>
          ))}
          {artifact.parents.length >= PARENTS_MOST && absent(words.firstParents(format.number(PARENTS_MOST)))}
        </>
      ),
    },
    artifact.omitted > 0 && { key: words.omitted, value: words.omittedHelp(format.number(artifact.omitted)) },
  ]
  return (
    <Card title={words.title}>
      <KeyValues entries={entries.filter((entry) => entry !== false)} />
    </Card>
  )
}
