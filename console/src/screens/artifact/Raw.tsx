import { useBook } from '../../i18n/book'
import { artifactBook } from '../../i18n/books/artifact'
import { useI18n } from '../../i18n/context'
import { sizeText } from '../../i18n/figures'
import { bytesBefore } from '../../lib/artifact'
import { plainText } from '../../lib/rawText'
import { textBytes } from '../../lib/textBytes'
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
        more={words.showAll(sizeText(format, textBytes(value)))}
        less={words.showLess}
        name={words.whole(shown)}
      />
      <Copy value={value} what={words.valueOf(shown)} />
    </span>
  )
}

interface TextsListProps {
  entries: readonly (readonly [name: string, value: string])[]
  /** Those of which only the beginning is kept, with the bytes that the whole has. */
  cut?: Readonly<Record<string, number>>
}

/** Names with free texts. */
export function TextsList({ entries, cut = {} }: TextsListProps) {
  return (
    <dl className="raw-list">
      {entries.map(([name, value], index) => (
        <div key={index}>
          <dt className="mono">
            <Raw text={name} />
          </dt>
          <dd>
            <RawValue name={name} value={value} />
            <Cut kept={value} bytes={bytesBefore(cut, name)} />
          </dd>
        </div>
      ))}
    </dl>
  )
}

/** That only the beginning of a text is kept. */
function Cut({ kept, bytes }: { kept: string; bytes: number | undefined }) {
  const { format } = useI18n()
  const { texts: words } = useBook(artifactBook)
  if (bytes === undefined) return null
  return <p className="fine">{words.cut(sizeText(format, textBytes(kept)), sizeText(format, bytes))}</p>
}
