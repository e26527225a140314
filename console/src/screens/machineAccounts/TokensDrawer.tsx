import { useQuery } from '@tanstack/react-query'
import { IconKey, IconPlus } from '@tabler/icons-react'
import { useEffect, useMemo, useRef, useState } from 'react'
import { machineTokensQuery, useCreateMachineToken } from '../../api/machineAccounts'
import { asApiError } from '../../api/problem'
import type { CreatedToken, MachineAccount, Workspace } from '../../api/types'
import { useTexts } from '../../i18n/context'
import { scopeGroupsOf } from '../../lib/tokenScope'
import { Drawer } from '../../ui/Drawer'
import { EmptyState } from '../../ui/EmptyState'
import { GuardedButton } from '../../ui/GuardedButton'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { Skeleton } from '../../ui/Skeleton'
import { disabledAction } from '../shared/disabledAction'
import { useShown } from '../shared/useShown'
import { TokenForm } from '../tokens/TokenForm'
import { TokenShown } from '../tokens/TokenShown'
import { TokenItem } from './TokenItem'

interface TokensDrawerProps {
  /** Whose tokens; null keeps the drawer closed. */
  account: MachineAccount | null
  workspace: Workspace
  onClose: () => void
}

type Step = { name: 'list' } | { name: 'form' } | { name: 'made'; token: CreatedToken }

/** The tokens of a machine account, the way to a new one, and its secret once. */
export function TokensDrawer({ account, workspace, onClose }: TokensDrawerProps) {
  const texts = useTexts()
  const shown = useShown(account)
  const [step, setStep] = useState<Step>({ name: 'list' })
  const id = account?.id
  useEffect(() => setStep({ name: 'list' }), [id])

  const close = () => {
    // A secret does not wait in memory.
    setStep({ name: 'list' })
    onClose()
  }

  if (!shown) return null
  return (
    <Drawer
      opened={account !== null}
      onClose={close}
      deliberate={step.name === 'made'}
      title={texts.workspaces.machines.tokensOf(shown.name)}
      closeLabel={texts.action.close}
    >
      {step.name === 'list' && (
        <TokenList account={shown} workspace={workspace} onCreate={() => setStep({ name: 'form' })} />
      )}
      {step.name === 'form' && (
        <MachineTokenForm
          account={shown}
          workspace={workspace}
          onLeave={() => setStep({ name: 'list' })}
          onCreated={(token) => setStep({ name: 'made', token })}
        />
      )}
      {step.name === 'made' && <TokenShown token={step.token} onDone={() => setStep({ name: 'list' })} />}
    </Drawer>
  )
}

interface TokenListProps {
  account: MachineAccount
  workspace: Workspace
  onCreate: () => void
}

function TokenList({ account, workspace, onCreate }: TokenListProps) {
  const texts = useTexts()
  const words = texts.workspaces.tokens
  const query = useQuery(machineTokensQuery(workspace.id, account.id))
  const actions = workspace.allowed_actions
  const createBlocked = disabledAction(texts, actions, 'machine_account.issue_token')
  const revokeBlocked = disabledAction(texts, actions, 'machine_account.revoke_token')
  const tokens = query.data?.items
  const list = useRef<HTMLDivElement>(null)

  return (
    <div className="drawer-form">
      <div className="drawer-fields" ref={list} tabIndex={-1}>
        {query.isError && !tokens ? (
          <ProblemNotice error={asApiError(query.error)} title={texts.tokens.failedTitle} onRetry={() => void query.refetch()} />
        ) : tokens === undefined ? (
          <div aria-busy>
            <Skeleton width="100%" height={84} />
          </div>
        ) : tokens.length === 0 ? (
          <EmptyState icon={<IconKey size={26} stroke={1.5} />} title={words.emptyTitle}>
            {words.emptyHelp}
          </EmptyState>
        ) : (
          <ul className="tokens">
            {tokens.map((token) => (
              <TokenItem
                key={token.id}
                token={token}
                account={account}
                workspace={workspace}
                blocked={revokeBlocked}
                onRevoked={() => list.current?.focus()}
              />
            ))}
          </ul>
        )}
      </div>
      <div className="drawer-foot">
        <GuardedButton tone="primary" icon={<IconPlus size={16} aria-hidden />} blocked={createBlocked} onClick={onCreate}>
          {texts.tokens.create}
        </GuardedButton>
      </div>
    </div>
  )
}

interface MachineTokenFormProps {
  account: MachineAccount
  workspace: Workspace
  onLeave: () => void
  onCreated: (token: CreatedToken) => void
}

/** Asks for a token of the account, which can be given what the account's role gives. */
function MachineTokenForm({ account, workspace, onLeave, onCreated }: MachineTokenFormProps) {
  const texts = useTexts()
  const words = texts.workspaces.tokens
  const create = useCreateMachineToken(workspace.id, account.id)
  const groups = useMemo(() => scopeGroupsOf(account.token_scope), [account.token_scope])
  return (
    <TokenForm
      create={create}
      groups={groups}
      scopeHelp={words.scopeHelp(texts.workspaces.roles[account.role])}
      firstLifetime="90"
      leaveLabel={words.back}
      onLeave={onLeave}
      onCreated={onCreated}
    />
  )
}
