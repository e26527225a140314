/** What of a search's text is looked for where. */
export interface SearchWords {
  /** Words that are part of a repository's name. */
  ofName: string[]
  /** The word that may be part of a name, part of a tag, or how a digest begins. */
  last: string
}

/** As the server tells a host from the first part of a name. */
const isHost = (part: string) => part === 'localhost' || /[.:]/.test(part)

/**
 * Takes a text apart as the server's search does, so that what it found can be marked: words are separated by spaces,
 * by the colon before a tag and by the `@` before a digest; a host in front is no part of a name.
 */
export function searchWords(text: string): SearchWords {
  const plain = text.trim().toLowerCase().replace(/^https?:\/\//, '')
  const slash = plain.indexOf('/')
  const path = slash > 0 && isHost(plain.slice(0, slash)) ? plain.slice(slash + 1) : plain
  const words = path.split(/[\s:@]+/).filter((word) => word !== '')
  return { ofName: words.slice(0, -1), last: words.at(-1) ?? '' }
}

/** A piece of a text, and whether it is what was looked for. */
export interface Piece {
  text: string
  hit: boolean
}

/** Cuts a text where words occur in it, in whatever case. */
export function markedPieces(text: string, words: readonly string[]): Piece[] {
  const lower = text.toLowerCase()
  // Where lower case has another length, places in one are not places in the other.
  if (lower.length !== text.length) return [{ text, hit: false }]
  const hit = new Array<boolean>(text.length).fill(false)
  for (const word of words) {
    if (word === '') continue
    for (let at = lower.indexOf(word); at >= 0; at = lower.indexOf(word, at + word.length)) {
      hit.fill(true, at, at + word.length)
    }
  }
  const pieces: Piece[] = []
  for (let at = 0; at < text.length; at += 1) {
    const last = pieces.at(-1)
    const isHit = hit[at] === true
    if (last && last.hit === isHit) last.text += text[at]
    else pieces.push({ text: text[at] ?? '', hit: isHit })
  }
  return pieces
}
