/** A piece of a text from elsewhere: as it is, or a character that cannot be seen or changes how others are seen. */
export interface TextPiece {
  text: string
  odd: boolean
}

/*
 * Control characters but for tab and line feed, the marks that turn the direction of writing, what has no width, and the
 * invisible copies of ASCII.
 */
const ODD =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\u3164\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu

/** Cuts a text at the characters that would deceive whoever reads it, each as its number: `U+202E`. */
export function textPieces(text: string): TextPiece[] {
  const pieces: TextPiece[] = []
  let from = 0
  for (const match of text.matchAll(ODD)) {
    if (match.index > from) pieces.push({ text: text.slice(from, match.index), odd: false })
    const code = match[0].codePointAt(0) ?? 0
    pieces.push({ text: `U+${code.toString(16).toUpperCase().padStart(4, '0')}`, odd: true })
    from = match.index + match[0].length
  }
  if (from < text.length) pieces.push({ text: text.slice(from), odd: false })
  return pieces
}

/** The same as one text, for a tip or a label. */
export function plainText(text: string): string {
  return textPieces(text)
    .map((piece) => (piece.odd ? `⟨${piece.text}⟩` : piece.text))
    .join('')
}
