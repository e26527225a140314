import { IconDots, IconUserMinus, IconUserShield } from '@tabler/icons-react'
import type { Member } from '../../api/types'
import type { Texts } from '../../i18n/en'
import type { Formatters } from '../../i18n/format'
import { initialsOf } from '../../lib/names'
import type { Column } from '../../ui/DataTable'
import { IconButton } from '../../ui/IconButton'
import { Menu } from '../../ui/Menu'

interface ColumnContext {
  texts: Texts
  format: Formatters
  ownId: string | undefined
  /** Why roles cannot be given, or members removed. */
  setBlocked: string | undefined
  removeBlocked: string | undefined
  onChangeRole: (member: Member) => void
  onRemove: (member: Member) => void
}

/** What a person is called, and what they sign in with when that is something else. */
export function memberName(member: Member): string {
  return member.display_name || member.name
}

export function memberColumns(context: ColumnContext): Column<Member>[] {
  const { texts, format } = context
  const words = texts.workspaces.members
  return [
    {
      id: 'name',
      header: words.columns.name,
      rowHeader: true,
      cell: (member) => (
        <div className="name-cell">
          <span className="initials" aria-hidden>
            {initialsOf(member.name)}
          </span>
          <div className="name-text">
            <span className="row-name" title={memberName(member)}>
              {memberName(member)}
            </span>
            <div className="fine">
              {[
                member.display_name && member.display_name !== member.name && member.name,
                member.user_id === context.ownId && words.you,
              ]
                .filter(Boolean)
                .join(' · ')}
            </div>
          </div>
        </div>
      ),
    },
    {
      id: 'role',
      header: words.columns.role,
      cell: (member) => (
        <span title={texts.workspaces.roleHelp[member.role]}>{texts.workspaces.roles[member.role]}</span>
      ),
    },
    {
      id: 'since',
      header: words.columns.since,
      cell: (member) => (
        <time className="num muted" dateTime={member.created_at} title={format.exactTime(member.created_at)}>
          {format.dateTime(member.created_at)}
        </time>
      ),
    },
    {
      id: 'actions',
      header: words.columns.actions,
      hiddenHeader: true,
      align: 'end',
      cell: (member) => (
        <div className="row-actions">
          <Menu
            trigger={
              <IconButton label={words.menu(memberName(member))} size={30} withTip={false}>
                <IconDots size={18} aria-hidden />
              </IconButton>
            }
            actions={[
              {
                label: words.changeRole,
                icon: <IconUserShield size={16} stroke={1.7} aria-hidden />,
                disabledReason: context.setBlocked,
                onSelect: () => context.onChangeRole(member),
              },
              {
                label: words.remove,
                icon: <IconUserMinus size={16} stroke={1.7} aria-hidden />,
                danger: true,
                disabledReason: context.removeBlocked,
                onSelect: () => context.onRemove(member),
              },
            ]}
          />
        </div>
      ),
    },
  ]
}
