import type { OneTimeLink } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { Button } from '../../ui/Button'
import { Notice } from '../../ui/Notice'
import { Secret } from '../../ui/Secret'

interface LinkShownProps {
  link: OneTimeLink
  /** What the link is for. */
  children: string
  onDone: () => void
}

/** A one-time link, shown this once. */
export function LinkShown({ link, children, onDone }: LinkShownProps) {
  const { texts, format } = useI18n()
  const words = texts.people.link
  return (
    <>
      <p className="dialog-lead">{children}</p>
      <Secret label={words.field} value={absolute(link.url)} copyLabel={words.copy} copiedLabel={words.copied} />
      <p className="fine">{words.expires(format.dateTime(link.expires_at))}</p>
      <Notice tone="warn">
        <p>{words.once}</p>
      </Notice>
      <div className="dialog-foot">
        <Button onClick={onDone}>{words.done}</Button>
      </div>
    </>
  )
}

/** The server that does not know its own address leaves it to us: it is where this page came from. */
function absolute(url: string): string {
  return new URL(url, location.origin).href
}
