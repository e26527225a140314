import { IconDots, IconPencil, IconTrash } from '@tabler/icons-react'
import type { Workspace } from '../../api/types'
import { useTexts } from '../../i18n/context'
import { IconButton } from '../../ui/IconButton'
import { Menu } from '../../ui/Menu'
import { disabledAction } from '../shared/disabledAction'

interface WorkspaceMenuProps {
  workspace: Workspace
  label: string
  size: number
  outlined?: boolean
  onEdit: () => void
  onDelete: () => void
}

export function WorkspaceMenu({ workspace, label, size, outlined, onEdit, onDelete }: WorkspaceMenuProps) {
  const texts = useTexts()
  const actions = workspace.allowed_actions
  return (
    <Menu
      trigger={
        <IconButton label={label} size={size} withTip={false} outlined={outlined}>
          <IconDots size={18} aria-hidden />
        </IconButton>
      }
      actions={[
        {
          label: texts.workspaces.edit,
          icon: <IconPencil size={16} stroke={1.7} aria-hidden />,
          disabledReason: disabledAction(texts, actions, 'workspace.edit', false),
          onSelect: onEdit,
        },
        {
          label: texts.workspaces.delete,
          icon: <IconTrash size={16} stroke={1.7} aria-hidden />,
          danger: true,
          disabledReason: disabledAction(texts, actions, 'workspace.delete', false),
          onSelect: onDelete,
        },
      ]}
    />
  )
}
