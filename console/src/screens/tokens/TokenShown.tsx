import type { CreatedToken } from '../../api/types'
import { useTexts } from '../../i18n/context'
import { tokenExample } from '../../lib/tokenExample'
import { Button } from '../../ui/Button'
import { Copy } from '../../ui/Copy'
import { Notice } from '../../ui/Notice'
import { Secret } from '../../ui/Secret'

/** A new token's text, and a command that proves that it works. */
export function TokenShown({ token, onDone }: { token: CreatedToken; onDone: () => void }) {
  const words = useTexts().tokens
  const example = tokenExample(location.origin, token.scope)
  return (
    <div className="drawer-form">
      <div className="form drawer-fields">
        <Notice tone="warn" urgent title={words.copyNow}>
          <p>{words.once}</p>
        </Notice>
        <Secret label={words.field} value={token.text} copyLabel={words.copy} copiedLabel={words.copied} />
        <section className="example">
          <h3>{words.example}</h3>
          <p className="fine">{words.exampleHelp}</p>
          <div className="command">
            {/* Long lines scroll, so the box has to be reachable with the keyboard. */}
            <pre className="mono" tabIndex={0} aria-label={words.example}>
              {example}
            </pre>
            <Copy value={example} what={words.exampleWhat} />
          </div>
        </section>
      </div>
      <div className="drawer-foot">
        <Button onClick={onDone}>{words.done}</Button>
      </div>
    </div>
  )
}
