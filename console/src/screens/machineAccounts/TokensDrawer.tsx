import { useQuery } from '@tanstack/react-query'
import { IconArrowLeft, IconKey, IconPlus } from '@tabler/icons-react'
import { useEffect, useRef, useState } from 'react'
import { machineTokensQuery } from '../../api/machineAccounts'
import { asApiError } from '../../api/problem'
import type { MachineAccount, Workspace } from '../../api/types'
import { useTexts } from '../../i18n/context'
import { Button } from '../../ui/Button'
import { Drawer } from '../../ui/Drawer'
import { EmptyState } from '../../ui/EmptyState'
import { Notice } from '../../ui/Notice'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { Secret } from '../../ui/Secret'
import { Skeleton } from '../../ui/Skeleton'
import { ActionButton } from '../shared/ActionButton'
import { disabledAction } from '../shared/disabledAction'
import { useShown } from '../shared/useShown'
import { TokenForm } from './TokenForm'
import { TokenItem } from './TokenItem'

interface TokensDrawerProps {
  /** Whose tokens; null keeps the drawer closed. */
  account: MachineAccount | null
  workspace: Workspace
  onClose: () => void
}

type Step = { name: 'list' } | { name: 'form' } | { name: 'made'; secret: string }

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
      title={texts.workspaces.machines.tokensOf(shown.name)}
      closeLabel={texts.action.close}
    >
      {step.name === 'list' && (
        <TokenList account={shown} workspace={workspace} onCreate={() => setStep({ name: 'form' })} />
      )}
      {step.name === 'form' && (
        <TokenForm
          account={shown}
          workspace={workspace}
          onBack={() => setStep({ name: 'list' })}
          onMade={(secret) => setStep({ name: 'made', secret })}
        />
      )}
      {step.name === 'made' && <Made secret={step.secret} onDone={() => setStep({ name: 'list' })} />}
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
          <ProblemNotice error={asApiError(query.error)} title={words.failedTitle} onRetry={() => void query.refetch()} />
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
        <ActionButton icon={<IconPlus size={16} aria-hidden />} disabledReason={createBlocked} onClick={onCreate}>
          {words.create}
        </ActionButton>
      </div>
    </div>
  )
}

/** The secret, this once. */
function Made({ secret, onDone }: { secret: string; onDone: () => void }) {
  const texts = useTexts()
  const words = texts.workspaces.tokens
  const root = useRef<HTMLDivElement>(null)
  // The form that had the focus is gone; the button that copies is the next thing to do.
  useEffect(() => root.current?.querySelector<HTMLElement>('[data-autofocus]')?.focus(), [])
  return (
    <div className="drawer-form" ref={root}>
      <div className="drawer-fields form">
        <Notice tone="warn" urgent title={words.madeTitle}>
          <p>{words.madeHelp}</p>
        </Notice>
        <Secret value={secret} label={words.secret} copyLabel={words.copy} copiedLabel={words.copied} />
        <div className="form-note">
          <p className="fine">{words.useIt}</p>
          <code className="mono break">Authorization: Bearer rst_…</code>
        </div>
      </div>
      <div className="drawer-foot">
        <Button icon={<IconArrowLeft size={16} aria-hidden />} onClick={onDone}>
          {words.done}
        </Button>
      </div>
    </div>
  )
}
