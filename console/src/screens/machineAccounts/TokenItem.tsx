import { useRef, useState } from 'react'
import { useRevokeMachineToken } from '../../api/machineAccounts'
import { asApiError } from '../../api/problem'
import type { ApiToken, MachineAccount, Workspace } from '../../api/types'
import { useBook } from '../../i18n/book'
import { auditBook } from '../../i18n/books/audit'
import { useI18n } from '../../i18n/context'
import { Age } from '../../ui/Age'
import { Button } from '../../ui/Button'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { Tip } from '../../ui/Tip'
import { notify } from '../../ui/Toasts'
import { actionText } from '../audit/auditText'
import { ExpiryChip } from '../tokens/ExpiryChip'

interface TokenItemProps {
  token: ApiToken
  account: MachineAccount
  workspace: Workspace
  /** Why it cannot be revoked. */
  blocked: string | undefined
  onRevoked: () => void
}

/** One token: what it may, until when, whether it is used, and its end. */
export function TokenItem({ token, account, workspace, blocked, onRevoked }: TokenItemProps) {
  const { texts, format } = useI18n()
  const words = texts.workspaces.tokens
  const shared = texts.tokens
  const audit = useBook(auditBook)
  const revoke = useRevokeMachineToken(workspace.id, account.id)
  const [asking, setAsking] = useState(false)
  const revokeButton = useRef<HTMLButtonElement>(null)

  const keep = () => {
    setAsking(false)
    revoke.reset()
    requestAnimationFrame(() => revokeButton.current?.focus())
  }

  return (
    <li className="card token">
      <div className="token-head">
        <strong className="break">{token.name}</strong>
        <ExpiryChip expiresAt={token.expires_at} />
        {!asking && (
          <Tip text={blocked ?? ''} disabled={!blocked}>
            <Button
              ref={revokeButton}
              size="xs"
              aria-label={words.revokeName(token.name)}
              aria-disabled={blocked ? true : undefined}
              data-disabled={blocked ? true : undefined}
              onClick={() => !blocked && setAsking(true)}
            >
              {shared.revoke}
            </Button>
          </Tip>
        )}
      </div>
      <dl className="token-facts fine num">
        <div>
          <dt>{shared.expires}</dt>
          <dd>
            <time dateTime={token.expires_at} title={format.exactTime(token.expires_at)}>
              {format.dateTime(token.expires_at)}
            </time>
          </dd>
        </div>
        <div>
          <dt>{shared.lastUsed}</dt>
          <dd>{token.last_used_at ? <Age at={token.last_used_at} /> : shared.neverUsed}</dd>
        </div>
        <div>
          <dt>{words.created}</dt>
          <dd>
            <Age at={token.created_at} />
          </dd>
        </div>
      </dl>
      <ul className="token-scope fine" aria-label={shared.scope}>
        {token.scope.map((permission) => (
          <li key={permission}>{actionText(audit, permission)}</li>
        ))}
      </ul>
      {asking && (
        <div className="token-ask" role="group" aria-label={words.revokeName(token.name)}>
          <p>{words.revokeAsk(token.name)}</p>
          {revoke.isError && <ProblemNotice error={asApiError(revoke.error)} />}
          <div className="inline-actions">
            <Button size="xs" ref={(button) => button?.focus()} onClick={keep}>
              {texts.action.cancel}
            </Button>
            <Button
              size="xs"
              tone="danger"
              loading={revoke.isPending}
              onClick={() =>
                revoke.mutate(token.id, {
                  onSuccess: () => {
                    notify(words.revoked(token.name))
                    onRevoked()
                  },
                })
              }
            >
              {words.revokeName(token.name)}
            </Button>
          </div>
        </div>
      )}
    </li>
  )
}
