import { Fragment, useId, useState } from 'react'
import { textPieces } from '../lib/rawText'

interface RawTextProps {
  text: string
  /** What is said of a character that is shown by its number. */
  oddTitle: string
}

/**
 * A text somebody else wrote, as text and nothing else. What cannot be seen is shown by its number, and the direction of
 * its writing stays inside it.
 */
export function RawText({ text, oddTitle }: RawTextProps) {
  return (
    <bdi>
      {textPieces(text).map((piece, index) =>
        piece.odd ? (
          <span key={index} className="odd" title={oddTitle}>
            {piece.text}
          </span>
        ) : (
          <Fragment key={index}>{piece.text}</Fragment>
        ),
      )}
    </bdi>
  )
}

/** More than this many characters, or lines, of a text are shown on demand. */
const SHORT = 320
const SHORT_LINES = 6

interface LongTextProps extends RawTextProps {
  /** What opens it, and what closes it again. */
  more: string
  less: string
  /** What the opened text is called, where it has to be scrolled. */
  name: string
}

/** A text that may be very long: its beginning, and all of it on demand in a box of its own. */
export function LongText({ text, oddTitle, more, less, name }: LongTextProps) {
  const [open, setOpen] = useState(false)
  const id = useId()
  const lines = text.split('\n', SHORT_LINES + 1)
  if (text.length <= SHORT && lines.length <= SHORT_LINES) {
    return (
      <span className="mono raw">
        <RawText text={text} oddTitle={oddTitle} />
      </span>
    )
  }
  return (
    <div className="long-text">
      {open ? (
        // It scrolls, so the keyboard has to reach it.
        <div className="mono raw raw-whole" id={id} role="region" aria-label={name} tabIndex={0}>
          <RawText text={text} oddTitle={oddTitle} />
        </div>
      ) : (
        <span className="mono raw" id={id}>
          <RawText text={beginning(lines)} oddTitle={oddTitle} />…
        </span>
      )}
      <button type="button" className="text-button" aria-expanded={open} aria-controls={id} onClick={() => setOpen(!open)}>
        {open ? less : more}
      </button>
    </div>
  )
}

function beginning(lines: readonly string[]): string {
  // Cut between characters, not inside one that takes two units.
  return [...lines.slice(0, SHORT_LINES).join('\n').slice(0, SHORT)].slice(0, -1).join('')
}
