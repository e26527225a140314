import { webLink } from '../../lib/markdown'
import { Raw } from './Raw'

/**
 * An address that a stranger wrote: a link where it leads to a page of the web, and otherwise its text. Nothing is fetched
 * from it, and the page it leads to is not told where it was found.
 */
export function WebAddress({ text }: { text: string }) {
  const href = webLink(text)
  if (href === undefined) {
    return (
      <span className="break">
        <Raw text={text} />
      </span>
    )
  }
  return (
    <a className="web-address break" href={href} title={href} target="_blank" rel="noreferrer noopener nofollow">
      <Raw text={text} />
    </a>
  )
}
