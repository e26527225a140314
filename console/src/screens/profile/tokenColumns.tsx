import type { ApiToken } from '../../api/types'
import type { AuditTexts } from '../../i18n/books/audit'
import type { Texts } from '../../i18n/en'
import type { Formatters } from '../../i18n/format'
import { Age } from '../../ui/Age'
import { Button } from '../../ui/Button'
import type { Column } from '../../ui/DataTable'
import { ExpiryChip } from '../tokens/ExpiryChip'

interface TokenColumnsOptions {
  texts: Texts
  audit: AuditTexts
  format: Formatters
  workspaceName: (id: string) => string | undefined
  onRevoke: (token: ApiToken) => void
}

export function tokenColumns({ texts, audit, format, workspaceName, onRevoke }: TokenColumnsOptions): Column<ApiToken>[] {
  const words = texts.tokens
  return [
    {
      id: 'token',
      header: words.name,
      rowHeader: true,
      cell: (token) => <span className="row-name">{token.name}</span>,
    },
    {
      id: 'scope',
      header: words.scope,
      cell: (token) => (
        <details className="fold">
          <summary>{words.rights(format.number(token.scope.length), token.scope.length === 1)}</summary>
          <ul className="rights">
            {token.scope.map((permission) => (
              <li key={permission}>{audit.actions[permission]}</li>
            ))}
          </ul>
        </details>
      ),
    },
    {
      id: 'reach',
      header: words.workspace,
      cell: (token) =>
        token.workspace_id ? (
          words.only(workspaceName(token.workspace_id) ?? words.oneWorkspace)
        ) : (
          <span className="muted">{words.anyWorkspace}</span>
        ),
    },
    {
      id: 'expires',
      header: words.expires,
      cell: (token) => (
        <span className="expiry">
          <time className="num" dateTime={token.expires_at} title={format.exactTime(token.expires_at)}>
            {format.dateTime(token.expires_at)}
          </time>
          <ExpiryChip expiresAt={token.expires_at} />
        </span>
      ),
    },
    {
      id: 'used',
      header: words.lastUsed,
      cell: (token) =>
        token.last_used_at ? <Age at={token.last_used_at} /> : <span className="muted">{words.neverUsed}</span>,
    },
    {
      id: 'end',
      header: words.actions,
      hiddenHeader: true,
      align: 'end',
      cell: (token) => (
        <Button size="xs" aria-label={words.revokeOne(token.name)} onClick={() => onRevoke(token)}>
          {words.revoke}
        </Button>
      ),
    },
  ]
}
