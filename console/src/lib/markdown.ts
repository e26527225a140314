import { textBytes } from './textBytes'

/** What a text in Markdown may be and may lead to; the laying out of it is in `ui/Markdown`. */

/** The most bytes a description may have, as the server counts them. */
export const MOST_BYTES = 64 * 1024

/** No link is longer: a definition is written out at every place that refers to it. */
const LONGEST_LINK = 2_000
const MOST_LINES = 4_000
/** Levels of quotes and lists that one line may open, and columns before the mark of a list. */
const MOST_OPENED = 24
const DEEPEST_COLUMN = 2 * MOST_OPENED
/** Characters that may be marks, in one stretch of text: the search for what belongs together grows with their square. */
const MOST_MARKS = 1_000
/** Rows that are separated by pipes, and cells of one: short rows are filled up to the head's cells. */
const MOST_CELLS = 8_000

/** How many bytes of UTF-8 the server will keep of a text. */
export function bytesOf(text: string): number {
  return textBytes(text.replace(/\r\n?/g, '\n'))
}

const PROTOCOLS: ReadonlySet<string> = new Set(['http:', 'https:', 'mailto:'])

/** Where a link of a text may lead to: another page or a mail; undefined for everything else. */
export function safeLink(written: string | null | undefined): string | undefined {
  if (!written || written.length > LONGEST_LINK) return undefined
  let link: URL
  try {
    // Without a base: what is relative would lead into the console, where the writer cannot know what is there.
    link = new URL(written)
  } catch {
    return undefined
  }
  // An account in front of the host is there to look like another host.
  if (!PROTOCOLS.has(link.protocol) || link.username !== '' || link.password !== '') return undefined
  return link.href
}

/** Where an address may lead to that a stranger wrote: to a page of the web, and nowhere else. */
export function webLink(written: string): string | undefined {
  const link = safeLink(written)
  return link !== undefined && /^https?:/.test(link) ? link : undefined
}

/** Lines that begin a stretch of their own whatever stands before them. */
const BEGINS_ANEW = /^ {0,3}(?:[-*+] +\S|#{1,6} )/
const OPENERS = /^(?:[ \t]*(?:>|[-*+](?=[ \t])|\d{1,9}[.)](?=[ \t])))+/
const OPENER = />|[-*+](?=[ \t])|\d{1,9}[.)](?=[ \t])/g
const MARK = /[*_~[\]!<`&\\:@]/g
const FENCE = /^ {0,3}(`{3,}|~{3,})/

const count = (text: string, what: RegExp) => text.match(what)?.length ?? 0

/**
 * Whether a text can be laid out in a moment. Some texts of this length keep a Markdown reader busy for minutes, which
 * no page may be: those are shown as they were typed. Measured by what the reader's work grows with, not by time, so
 * that everybody sees the same.
 */
export function canBeLaidOut(text: string): boolean {
  if (bytesOf(text) > MOST_BYTES) return false
  let marks = 0
  let fence: string | undefined
  let widest = 0
  let piped = 0
  const lines = text.split(/\r\n?|\n/)
  if (lines.length > MOST_LINES) return false
  for (const line of lines) {
    const opened = FENCE.exec(line)?.[1]
    if (fence !== undefined) {
      // What stands in a block of code has no marks.
      if (opened?.startsWith(fence) && line.trim() === opened) fence = undefined
      continue
    }
    if (opened !== undefined && !line.slice(line.indexOf(opened) + opened.length).includes('`')) {
      fence = opened
      marks = 0
      continue
    }
    const openers = OPENERS.exec(line)?.[0]
    if (openers && (openers.length > DEEPEST_COLUMN || count(openers, OPENER) > MOST_OPENED)) return false
    if (line.trim() === '' || BEGINS_ANEW.test(line)) marks = 0
    marks += count(line, MARK)
    if (marks > MOST_MARKS) return false
    const cells = count(line, /\|/g)
    widest = Math.max(widest, cells)
    piped += 1
    if (line.trim() === '') {
      widest = 0
      piped = 0
    }
    if (widest > 0 && widest * piped > MOST_CELLS) return false
  }
  return true
}

/** The lines in which two texts differ, between what they begin and end with alike. */
export interface LineChange {
  removed: string[]
  added: string[]
}

export function changedLines(before: string, after: string): LineChange {
  const from = before === '' ? [] : before.split('\n')
  const to = after === '' ? [] : after.split('\n')
  let start = 0
  while (start < from.length && start < to.length && from[start] === to[start]) start += 1
  let end = 0
  while (
    end < from.length - start &&
    end < to.length - start &&
    from[from.length - 1 - end] === to[to.length - 1 - end]
  )
    end += 1
  return { removed: from.slice(start, from.length - end), added: to.slice(start, to.length - end) }
}
