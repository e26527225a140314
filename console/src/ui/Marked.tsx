import { markedPieces } from '../lib/imageWords'

interface MarkedProps {
  text: string
  /** What was looked for, in lower case. */
  words: readonly string[]
}

/** A text in which the places are marked that were looked for. */
export function Marked({ text, words }: MarkedProps) {
  return markedPieces(text, words).map((piece, index) =>
    piece.hit ? <mark key={index}>{piece.text}</mark> : <span key={index}>{piece.text}</span>,
  )
}
