import { useQuery } from '@tanstack/react-query'
import { IconPencil } from '@tabler/icons-react'
import { type ComponentProps, useId, useRef, useState } from 'react'
import { descriptionQuery } from '../../api/descriptions'
import { asApiError } from '../../api/problem'
import { allowance } from '../../api/session'
import type { RepositoryDescription } from '../../api/types'
import { useBook } from '../../i18n/book'
import { descriptionBook } from '../../i18n/books/description'
import { useFetched } from '../../lib/useFetched'
import { Age } from '../../ui/Age'
import { Button } from '../../ui/Button'
import { Card } from '../../ui/Card'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { Skeleton } from '../../ui/Skeleton'
import type { DescriptionEditor } from './DescriptionEditor'
import { MarkdownText } from './MarkdownText'

/** Longer ones are folded: the tags are not to be looked for below a whole manual. */
const FOLDED_LINES = 16
const FOLDED_CHARACTERS = 1_200

/** What is said about a repository, and the editing of it in its place. */
export function DescriptionCard({ repositoryId }: { repositoryId: string }) {
  const words = useBook(descriptionBook)
  const query = useQuery(descriptionQuery(repositoryId))
  // What was read when editing began: what somebody else writes meanwhile must be noticed.
  const [editing, setEditing] = useState<RepositoryDescription | null>(null)
  const editButton = useRef<HTMLButtonElement>(null)
  const description = query.data

  const finish = () => {
    setEditing(null)
    requestAnimationFrame(() => editButton.current?.focus())
  }

  if (description === undefined) {
    return (
      <Card title={words.title}>
        <div className="card-body" aria-busy={!query.isError}>
          {query.isError ? (
            <ProblemNotice
              error={asApiError(query.error)}
              title={words.failedTitle}
              onRetry={() => void query.refetch()}
            />
          ) : (
            <Skeleton width="100%" height={60} />
          )}
        </div>
      </Card>
    )
  }
  const mayEdit = allowance(description.allowed_actions, 'image.describe').allowed
  const isEmpty = description.text === ''
  const edit = mayEdit && editing === null && (
    <Button
      ref={editButton}
      size="xs"
      icon={<IconPencil size={15} stroke={1.7} aria-hidden />}
      aria-label={isEmpty ? undefined : words.editLabel}
      onClick={() => setEditing(description)}
    >
      {isEmpty ? words.write : words.edit}
    </Button>
  )
  // Tags are what most people come for: where there is nothing to say, it takes one line.
  if (isEmpty && editing === null) {
    return (
      <section className="card description-empty" aria-label={words.title}>
        <p className="muted">{words.none}</p>
        {edit}
      </section>
    )
  }
  return (
    <Card title={words.title} aside={edit || undefined}>
      <div className="card-body description-body">
        {editing ? (
          <Editor repositoryId={repositoryId} read={editing} latest={description} onFinished={finish} />
        ) : (
          <Shown key={repositoryId} description={description} />
        )}
      </div>
    </Card>
  )
}

const fetchEditor = async () => (await import('./DescriptionEditor')).DescriptionEditor

/** Comes after the page: most people only read. */
function Editor(props: ComponentProps<typeof DescriptionEditor>) {
  const Fetched = useFetched(fetchEditor)
  return Fetched ? <Fetched {...props} /> : <Skeleton width="100%" height={320} />
}

function Shown({ description }: { description: RepositoryDescription }) {
  const words = useBook(descriptionBook)
  const [whole, setWhole] = useState(false)
  const place = useId()
  const { text, updated_at: at, updated_by: by } = description
  const isLong = text.length > FOLDED_CHARACTERS || text.split('\n', FOLDED_LINES + 1).length > FOLDED_LINES
  return (
    <>
      <div
        id={place}
        className={isLong && !whole ? 'description-folded' : undefined}
        // What is reached with the keyboard must be seen.
        onFocus={() => setWhole(true)}
      >
        <MarkdownText text={text} />
      </div>
      {isLong && (
        <button
          type="button"
          className="text-button"
          aria-expanded={whole}
          aria-controls={place}
          onClick={() => setWhole(!whole)}
        >
          {whole ? words.less : words.more}
        </button>
      )}
      {at && (
        <p className="fine">
          {words.edited} <Age at={at} />
          {by && words.by(by.name)}
        </p>
      )}
    </>
  )
}
