import { Link } from '@tanstack/react-router'
import { IconUsersGroup } from '@tabler/icons-react'
import type { Workspace } from '../../api/types'
import type { Texts } from '../../i18n/en'
import type { Formatters } from '../../i18n/format'
import type { Column } from '../../ui/DataTable'
import { VisuallyHidden } from '../../ui/VisuallyHidden'
import { WorkspaceMenu } from './WorkspaceMenu'

interface ColumnContext {
  texts: Texts
  format: Formatters
  onEdit: (workspace: Workspace) => void
  onDelete: (workspace: Workspace) => void
}

/** The columns of the workspaces list. */
export function workspaceColumns({ texts, format, onEdit, onDelete }: ColumnContext): Column<Workspace>[] {
  const { columns } = texts.workspaces
  const count = (id: string, header: string, of: (workspace: Workspace) => number | null | undefined): Column<Workspace> => ({
    id,
    header,
    align: 'end',
    cell: (workspace) => {
      const value = of(workspace)
      if (value !== null && value !== undefined) return <span className="num">{format.number(value)}</span>
      return (
        <span className="fine" title={texts.workspaces.notYours}>
          <span aria-hidden>–</span>
          <VisuallyHidden>{texts.workspaces.notYours}</VisuallyHidden>
        </span>
      )
    },
  })
  return [
    {
      id: 'name',
      header: columns.name,
      rowHeader: true,
      cell: (workspace) => (
        <div className="name-cell">
          <span className="sign" aria-hidden>
            <IconUsersGroup size={18} stroke={1.6} />
          </span>
          <Link
            className="row-link"
            to="/workspaces/$workspaceId"
            params={{ workspaceId: workspace.id }}
            title={workspace.name}
          >
            {workspace.name}
          </Link>
        </div>
      ),
    },
    {
      id: 'description',
      header: columns.description,
      cell: ({ description }) =>
        description === '' ? (
          <span className="fine">{texts.workspaces.overview.noDescription}</span>
        ) : (
          <span className="clip" title={description}>
            {description}
          </span>
        ),
    },
    count('members', columns.members, ({ counts }) => counts.members),
    count('machines', columns.machines, ({ counts }) => counts.machine_accounts),
    count('registries', columns.registries, ({ counts }) => counts.registries),
    {
      id: 'created',
      header: columns.created,
      cell: (workspace) => (
        <time className="num muted" dateTime={workspace.created_at} title={format.exactTime(workspace.created_at)}>
          {format.dateTime(workspace.created_at)}
        </time>
      ),
    },
    {
      id: 'actions',
      header: columns.actions,
      hiddenHeader: true,
      align: 'end',
      cell: (workspace) => (
        <div className="row-actions">
          <WorkspaceMenu
            workspace={workspace}
            label={texts.workspaces.menu(workspace.name)}
            size={30}
            onEdit={() => onEdit(workspace)}
            onDelete={() => onDelete(workspace)}
          />
        </div>
      ),
    },
  ]
}
