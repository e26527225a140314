import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { ImageDeletion, Repository } from '../../api/types'
import { useBook } from '../../i18n/book'
import { deletionBook } from '../../i18n/books/deletion'
import { useI18n } from '../../i18n/context'
import { capabilityReason, errorText } from '../../i18n/problemText'
import { NAMES_SHOWN, tagsGoing } from '../../lib/deletion'
import { shortDigest } from '../../lib/reference'
import { useScope } from '../../shell/useScope'
import { Button } from '../../ui/Button'
import { Fold } from '../../ui/Fold'
import { Notice } from '../../ui/Notice'
import { artifactLink } from '../registry/registryLink'

interface OfPlan {
  plan: ImageDeletion
  repository: Repository
  /** A link leads away from the dialog. */
  onLeave: () => void
}

/** What goes, and what it leaves behind. */
export function DeletionPlan({ plan, repository, onLeave }: OfPlan) {
  const { format } = useI18n()
  const words = useBook(deletionBook)
  const { children, referrers, attached_tags: attached, tags, tag } = plan
  if (plan.already_gone) return <Notice tone="info"><p>{words.alreadyGone}</p></Notice>
  const going = tagsGoing(plan)
  const others = tags.items.includes(tag ?? '') ? tags.total - 1 : tags.total
  const counted = (count: number) => [format.number(count), count === 1] as const

  return (
    <>
      <div className="dialog-lead">
        <p>{words.from(plan.repository)}</p>
        {!plan.takes_artifact ? (
          <p>{others > 0 ? words.tagLeaves(...counted(others)) : words.tagAlone}</p>
        ) : tag != null ? (
          <p>{words.tagWithArtifact}</p>
        ) : going === 0 ? (
          <p>{words.artifactAlone}</p>
        ) : (
          <div>
            <p>{words.artifactTags(...counted(going))}</p>
            <TagNames tags={tags} />
          </div>
        )}
      </div>
      {plan.takes_artifact && (
        <>
          {!plan.looked_at_all && (
            <Notice tone="warn" title={words.notAllTitle}>
              <p>{words.notAll}</p>
            </Notice>
          )}
          {children.total > 0 && (
            <Fold title={words.children(...counted(children.total))}>
              <p>{words.childrenHelp}</p>
              <Digests of={children} repository={repository} onLeave={onLeave} />
            </Fold>
          )}
          {referrers.total > 0 && (
            <Fold title={words.referrers(...counted(referrers.total))}>
              <p>{words.referrersHelp}</p>
              <Digests of={referrers} repository={repository} onLeave={onLeave} />
            </Fold>
          )}
          {attached.length > 0 && (
            <Fold title={words.attached(...counted(attached.length))}>
              <p>{words.attachedHelp}</p>
              <TagNames tags={{ items: attached, total: attached.length }} />
            </Fold>
          )}
        </>
      )}
    </>
  )
}

interface RefusalProps extends OfPlan {
  /** The way on where a tag cannot go alone. */
  onArtifact: (digest: string) => void
  onLookAgain: () => void
}

/** Why nothing can be deleted, and the way on where there is one. */
export function Refusal({ plan, repository, onArtifact, onLookAgain, onLeave }: RefusalProps) {
  const { texts, format } = useI18n()
  const words = useBook(deletionBook)
  const scope = useScope()
  const { refusal, digest, tags, parents } = plan
  if (!refusal) return null
  switch (refusal.code) {
    case 'tag.shared':
      return (
        <Notice
          tone="warn"
          title={words.sharedTitle}
          actions={
            digest != null && (
              <Button size="xs" onClick={() => onArtifact(digest)}>
                {words.deleteArtifact(format.number(tags.total), tags.total === 1)}
              </Button>
            )
          }
        >
          <p>{words.shared}</p>
          <TagNames tags={tags} />
        </Notice>
      )
    case 'artifact.listed':
      return (
        <Notice tone="warn" title={words.listedTitle}>
          <p>{words.listed}</p>
          <Names total={parents.total}>
            {parents.items.slice(0, NAMES_SHOWN).map((index) => (
              <li key={index.digest}>
                <Link
                  {...artifactLink(scope, repository.registry_id, repository.id, index.digest)}
                  title={index.digest}
                  onClick={onLeave}
                >
                  {index.tag ?? words.untagged(shortDigest(index.digest))}
                </Link>
              </li>
            ))}
          </Names>
        </Notice>
      )
    case 'deletion.unavailable':
      return (
        <Notice tone="warn" title={errorText(texts, refusal.code).title}>
          <p>{capabilityReason(texts, refusal.params.reason ?? '')}</p>
        </Notice>
      )
    default: {
      const { title, remedy } = errorText(texts, refusal.code)
      return (
        <Notice
          tone="bad"
          title={title}
          actions={
            <Button size="xs" onClick={onLookAgain}>
              {words.lookAgain}
            </Button>
          }
        >
          <p>{remedy}</p>
        </Notice>
      )
    }
  }
}

function TagNames({ tags }: { tags: ImageDeletion['tags'] }) {
  return (
    <Names total={tags.total}>
      {tags.items.slice(0, NAMES_SHOWN).map((name) => (
        <li key={name}>{name}</li>
      ))}
    </Names>
  )
}

function Digests({ of, repository, onLeave }: { of: ImageDeletion['children']; repository: Repository; onLeave: () => void }) {
  const scope = useScope()
  return (
    <Names total={of.total}>
      {of.items.slice(0, NAMES_SHOWN).map((digest) => (
        <li key={digest}>
          <Link
            className="mono"
            {...artifactLink(scope, repository.registry_id, repository.id, digest)}
            title={digest}
            onClick={onLeave}
          >
            {shortDigest(digest)}
          </Link>
        </li>
      ))}
    </Names>
  )
}

/** The first of a list, and how many more there are. */
function Names({ total, children }: { total: number; children: readonly ReactNode[] }) {
  const { format } = useI18n()
  const words = useBook(deletionBook)
  const rest = total - children.length
  return (
    <ul className="names">
      {children}
      {rest > 0 && <li className="fine">{words.more(format.number(rest))}</li>}
    </ul>
  )
}
