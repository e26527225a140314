import { IconDots, IconKey, IconRobot, IconTrash } from '@tabler/icons-react'
import type { MachineAccount } from '../../api/types'
import type { Texts } from '../../i18n/en'
import type { Formatters } from '../../i18n/format'
import { Button } from '../../ui/Button'
import type { Column } from '../../ui/DataTable'
import { IconButton } from '../../ui/IconButton'
import { Menu } from '../../ui/Menu'

interface ColumnContext {
  texts: Texts
  format: Formatters
  deleteBlocked: string | undefined
  onTokens: (account: MachineAccount) => void
  onDelete: (account: MachineAccount) => void
}

export function machineColumns(context: ColumnContext): Column<MachineAccount>[] {
  const { texts, format } = context
  const words = texts.workspaces.machines
  return [
    {
      id: 'name',
      header: words.columns.name,
      rowHeader: true,
      cell: (account) => (
        <div className="name-cell">
          <span className="sign" aria-hidden>
            <IconRobot size={18} stroke={1.6} />
          </span>
          <span className="row-name" title={account.name}>
            {account.name}
          </span>
        </div>
      ),
    },
    {
      id: 'role',
      header: words.columns.role,
      cell: (account) => (
        <span title={texts.workspaces.roleHelp[account.role]}>{texts.workspaces.roles[account.role]}</span>
      ),
    },
    {
      id: 'since',
      header: words.columns.created,
      cell: (account) => (
        <time className="num muted" dateTime={account.created_at} title={format.exactTime(account.created_at)}>
          {format.dateTime(account.created_at)}
        </time>
      ),
    },
    {
      id: 'actions',
      header: words.columns.actions,
      hiddenHeader: true,
      align: 'end',
      cell: (account) => (
        <div className="row-actions">
          <Button
            size="xs"
            icon={<IconKey size={15} stroke={1.7} aria-hidden />}
            aria-label={words.tokensOf(account.name)}
            onClick={() => context.onTokens(account)}
          >
            {words.tokens}
          </Button>
          <Menu
            trigger={
              <IconButton label={words.menu(account.name)} size={30} withTip={false}>
                <IconDots size={18} aria-hidden />
              </IconButton>
            }
            actions={[
              {
                label: words.delete,
                icon: <IconTrash size={16} stroke={1.7} aria-hidden />,
                danger: true,
                disabledReason: context.deleteBlocked,
                onSelect: () => context.onDelete(account),
              },
            ]}
          />
        </div>
      ),
    },
  ]
}
