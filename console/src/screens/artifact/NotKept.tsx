import { useBook } from '../../i18n/book'
import { artifactBook } from '../../i18n/books/artifact'
import { useI18n } from '../../i18n/context'

interface NotKeptProps {
  count: number
  /** Whether others of the list are shown. */
  besides: boolean
}

/** How many entries of a list are too long to be kept; nothing where all are there. */
export function NotKept({ count, besides }: NotKeptProps) {
  const { format } = useI18n()
  const { texts: words } = useBook(artifactBook)
  if (count === 0) return null
  const say = besides ? words.moreNotKept : words.notKept
  return <p className="fine not-kept">{say(format.number(count), count === 1)}</p>
}
