import { useQuery } from '@tanstack/react-query'
import { Link, linkOptions, type LinkProps, useNavigate } from '@tanstack/react-router'
import { IconAnchor, IconArrowRight, IconRobot, IconUsers, IconUsersGroup } from '@tabler/icons-react'
import { type ComponentType, useState } from 'react'
import { isGiven, sessionQuery } from '../../api/session'
import type { Workspace } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { Card } from '../../ui/Card'
import { KeyValues } from '../../ui/KeyValues'
import { PageTitle } from '../../ui/PageTitle'
import { DeleteWorkspaceDialog } from '../workspaces/DeleteWorkspaceDialog'
import { EditWorkspaceDialog } from '../workspaces/EditWorkspaceDialog'
import { WorkspaceMenu } from '../workspaces/WorkspaceMenu'
import { useWorkspace } from './workspaceContext'

/** What a workspace is, what it holds, and what one is in it. */
export function WorkspaceOverviewScreen() {
  const { texts, format } = useI18n()
  const words = texts.workspaces.overview
  const workspace = useWorkspace()
  const navigate = useNavigate()
  const { data: session } = useQuery(sessionQuery)
  const [editing, setEditing] = useState<Workspace | null>(null)
  const [deleting, setDeleting] = useState<Workspace | null>(null)
  const actions = workspace.allowed_actions
  const mayChange = isGiven(actions, 'workspace.edit') || isGiven(actions, 'workspace.delete')
  const platformRole = session?.user.platform_role
  const { counts, role } = workspace

  return (
    <>
      <div className="page-head registry-head">
        <div className="registry-title">
          <span className="sign sign-large" aria-hidden>
            <IconUsersGroup size={24} stroke={1.5} />
          </span>
          <div>
            <PageTitle title={workspace.name} />
            <p className="page-sub">{words.place}</p>
          </div>
        </div>
        {mayChange && (
          <div className="head-actions">
            <WorkspaceMenu
              workspace={workspace}
              label={words.more}
              size={36}
              outlined
              onEdit={() => setEditing(workspace)}
              onDelete={() => setDeleting(workspace)}
            />
          </div>
        )}
      </div>

      <section className="card" aria-label={words.holdings}>
        <ul className="holdings">
          <Holding
            icon={IconAnchor}
            label={words.registries}
            count={counts.registries}
            link={linkOptions({ to: '/workspaces/$workspaceId/registries', params: { workspaceId: workspace.id }, search: {} })}
          />
          <Holding
            icon={IconUsers}
            label={words.members}
            count={counts.members}
            link={linkOptions({ to: '/workspaces/$workspaceId/members', params: { workspaceId: workspace.id }, search: {} })}
          />
          <Holding
            icon={IconRobot}
            label={words.machines}
            count={counts.machine_accounts}
            link={linkOptions({ to: '/workspaces/$workspaceId/machine-accounts', params: { workspaceId: workspace.id }, search: {} })}
          />
        </ul>
      </section>

      <div className="about">
        <Card title={words.about}>
          <KeyValues
            entries={[
              {
                key: words.role,
                value: (
                  <span className="role-told">
                    {role && (
                      <>
                        <strong>{texts.workspaces.roles[role]}</strong>
                        <span className="fine">{texts.workspaces.roleHelp[role]}</span>
                      </>
                    )}
                    {platformRole && <span className={role ? 'fine' : undefined}>{words.byPlatform[platformRole]}</span>}
                  </span>
                ),
              },
              {
                key: words.description,
                value: workspace.description ? (
                  <span className="description">{workspace.description}</span>
                ) : (
                  <span className="fine">{words.noDescription}</span>
                ),
              },
              { key: words.created, value: <span className="num">{format.dateTime(workspace.created_at)}</span> },
            ]}
          />
        </Card>
      </div>

      <EditWorkspaceDialog workspace={editing} onClose={() => setEditing(null)} />
      <DeleteWorkspaceDialog
        workspace={deleting}
        onClose={() => setDeleting(null)}
        onDeleted={() => void navigate({ to: '/workspaces', search: {} })}
      />
    </>
  )
}

interface HoldingProps {
  icon: ComponentType<{ size: number; stroke: number; 'aria-hidden': boolean }>
  label: string
  /** Null for what one may not list: it is left out. */
  count: number | null | undefined
  link: LinkProps
}

/** A count that leads to what is counted. */
function Holding({ icon: Icon, label, count, link }: HoldingProps) {
  const { format } = useI18n()
  if (count === null || count === undefined) return null
  return (
    <li>
      <Link {...link}>
        <span className="holding-label">
          <Icon size={16} stroke={1.7} aria-hidden />
          {label}
        </span>
        <span className="big num">{format.number(count)}</span>
        <IconArrowRight className="holding-arrow" size={16} stroke={1.7} aria-hidden />
      </Link>
    </li>
  )
}
