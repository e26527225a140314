import { markedPieces } from '../lib/imageWords'
import { NameText } from './NameText'

interface MarkedProps {
  text: string
  /** What was looked for, in lower case. */
  words: readonly string[]
}

/** A name in which the places are marked that were looked for. */
export function Marked({ text, words }: MarkedProps) {
  return markedPieces(text, words).map((piece, index) =>
    piece.hit ? (
      <mark key={index}>
        <NameText name={piece.text} />
      </mark>
    ) : (
      <span key={index}>
        <NameText name={piece.text} />
      </span>
    ),
  )
}
