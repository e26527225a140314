const INDENT = '  '

/** The beginning of a text as it is shown, and whether there is more of it. */
export interface Beginning {
  text: string
  cut: boolean
}

/**
 * The beginning of a text, at most so many characters. JSON is laid out anew, each value as it was written: reading and
 * writing it again would change large numbers and drop fields that are there twice. Nothing of a stranger's text makes
 * more work than what is shown of it.
 */
export function beginning(text: string, most: number): Beginning {
  const pretty = isJson(text) ? tryToLayOut(text, most) : null
  if (pretty !== null) return pretty
  return text.length > most ? { text: whole(text.slice(0, most)), cut: true } : { text, cut: false }
}

function isJson(text: string): boolean {
  try {
    return typeof JSON.parse(text) === 'object'
  } catch {
    return false
  }
}

/** Null also where a word is longer than can be told apart. */
function tryToLayOut(text: string, most: number): Beginning | null {
  try {
    return laidOut(text, most)
  } catch {
    return null
  }
}

/** Brackets inside brackets beyond this are shown as they were written. */
const DEEPEST = 64

function laidOut(text: string, most: number): Beginning | null {
  let out = ''
  let depth = 0
  let at = 0
  const line = () => `\n${INDENT.repeat(depth)}`
  const token = /"[^"\\]*(?:\\.[^"\\]*)*"|[[\]{},:]|[^\s"[\]{},:]+/gy
  const blank = /\s*/y
  for (;;) {
    blank.lastIndex = at
    blank.exec(text)
    at = blank.lastIndex
    if (at >= text.length) return { text: out, cut: false }
    if (out.length > most) return { text: whole(out.slice(0, most)), cut: true }
    token.lastIndex = at
    const found = token.exec(text)?.[0]
    if (found === undefined) return null
    at = token.lastIndex
    if (found === '{' || found === '[') {
      blank.lastIndex = at
      blank.exec(text)
      const next = text[blank.lastIndex]
      if (next === '}' || next === ']') {
        out += found + next
        at = blank.lastIndex + 1
      } else {
        depth += 1
        if (depth > DEEPEST) return null
        out += found + line()
      }
    } else if (found === '}' || found === ']') {
      depth -= 1
      out += line() + found
    } else if (found === ',') {
      out += found + line()
    } else {
      out += found === ':' ? ': ' : found
    }
  }
}

/** Without the half of a character that a cut may leave. */
function whole(text: string): string {
  return /[\ud800-\udbff]$/.test(text) ? text.slice(0, -1) : text
}
