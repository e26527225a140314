import { Fragment } from 'react'
import { namePieces } from '../lib/namePieces'

/** A long name that is broken behind a slash or a hyphen rather than inside a word. */
export function NameText({ name }: { name: string }) {
  return namePieces(name).map((piece, index) => (
    <Fragment key={index}>
      {index > 0 && <wbr />}
      {piece}
    </Fragment>
  ))
}
