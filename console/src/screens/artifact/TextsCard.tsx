import { useBook } from '../../i18n/book'
import { artifactBook } from '../../i18n/books/artifact'
import { useI18n } from '../../i18n/context'
import { Card } from '../../ui/Card'
import { Fold } from '../../ui/Fold'
import { TextsList } from './Raw'

interface TextsCardProps {
  of: 'labels' | 'annotations'
  texts: Record<string, string>
}

/** How many are shown without being asked for. */
const SHOWN = 20

/** The free texts of an artifact by their names; nothing where there are none. */
export function TextsCard({ of, texts }: TextsCardProps) {
  const { format } = useI18n()
  const { texts: words } = useBook(artifactBook)
  const entries = Object.entries(texts)
  if (entries.length === 0) return null
  return (
    <Card title={words[of]} aside={<span className="fine num">{format.number(entries.length)}</span>}>
      <div className="raw-group">
        <TextsList entries={entries.slice(0, SHOWN)} />
        {entries.length > SHOWN && (
          <Fold title={words.more(format.number(entries.length - SHOWN))}>
            <TextsList entries={entries.slice(SHOWN)} />
          </Fold>
        )}
      </div>
    </Card>
  )
}
