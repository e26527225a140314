import { useBook } from '../../i18n/book'
import { artifactBook } from '../../i18n/books/artifact'
import { useI18n } from '../../i18n/context'
import { Card } from '../../ui/Card'
import { Fold } from '../../ui/Fold'
import { NotKept } from './NotKept'
import { TextsList } from './Raw'

interface TextsCardProps {
  of: 'labels' | 'annotations'
  texts: Record<string, string>
  /** Those of which only the beginning is kept, with the bytes that the whole has. */
  cut: Record<string, number>
  /** How many are not kept at all. */
  leftOut: number
}

/** How many are shown without being asked for. */
const SHOWN = 20

/** The free texts of an artifact by their names; nothing where there are none. */
export function TextsCard({ of, texts, cut, leftOut }: TextsCardProps) {
  const { format } = useI18n()
  const { texts: words } = useBook(artifactBook)
  const entries = Object.entries(texts)
  if (entries.length + leftOut === 0) return null
  const list = (from: number, to?: number) => <TextsList entries={entries.slice(from, to)} cut={cut} />
  return (
    <Card title={words[of]} aside={<span className="fine num">{format.number(entries.length + leftOut)}</span>}>
      <div className="raw-group">
        {list(0, SHOWN)}
        {entries.length > SHOWN && <Fold title={words.more(format.number(entries.length - SHOWN))}>{list(SHOWN)}</Fold>}
        <NotKept count={leftOut} besides={entries.length > 0} />
      </div>
    </Card>
  )
}
