import { useBook } from '../../i18n/book'
import { artifactBook } from '../../i18n/books/artifact'
import { useI18n } from '../../i18n/context'
import { sizeText } from '../../i18n/figures'
import { plainText } from '../../lib/rawText'
import { Copy } from '../../ui/Copy'
import { LongText, RawText } from '../../ui/RawText'

/** A short text of the artifact's own. */
export function Raw({ text }: { text: string }) {
  const words = useBook(artifactBook).texts
  return <RawText text={text} oddTitle={words.odd} />
}

interface RawValueProps {
  /** What it is the value of. */
  name: string
  value: string
}

/** A text of the artifact's own, however long, and a button that copies it. */
export function RawValue({ name, value }: RawValueProps) {
  const { format } = useI18n()
  const words = useBook(artifactBook).texts
  if (value === '') return <span className="fine">{words.emptyText}</span>
  const shown = plainText(name)
  return (
    <span className="raw-value">
      <LongText
        text={value}
        oddTitle={words.odd}
        more={words.showAll(sizeText(format, new TextEncoder().encode(value).length))}
        less={words.showLess}
        name={words.whole(shown)}
      />
      <Copy value={value} what={words.valueOf(shown)} />
    </span>
  )
}

interface TextsListProps {
  entries: readonly (readonly [name: string, value: string])[]
}

/** Names with free texts. */
export function TextsList({ entries }: TextsListProps) {
  return (
    <dl className="raw-list">
      {entries.map(([name, value], index) => (
        <div key={index}>
          <dt className="mono">
            <Raw text={name} />
          </dt>
          <dd>
            <RawValue name={name} value={value} />
          </dd>
        </div>
      ))}
    </dl>
  )
}
