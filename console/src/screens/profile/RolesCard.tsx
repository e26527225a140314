import { useQuery } from '@tanstack/react-query'
import { asApiError } from '../../api/problem'
import { visibleWorkspacesQuery } from '../../api/profile'
import type { User } from '../../api/types'
import { useTexts } from '../../i18n/context'
import { Card } from '../../ui/Card'
import { Copy } from '../../ui/Copy'
import { KeyValues } from '../../ui/KeyValues'
import { Notice } from '../../ui/Notice'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { Skeleton } from '../../ui/Skeleton'
import { RoleChip } from '../users/RoleChip'

/** The roles one holds, over the installation and in workspaces. Who has none learns whom to ask. */
export function RolesCard({ user }: { user: User }) {
  const { people, workspaces } = useTexts()
  const query = useQuery(visibleWorkspacesQuery)
  const memberships = query.data?.filter((workspace) => workspace.role)

  if (memberships?.length === 0 && !user.platform_role) {
    return (
      <Card title={people.profile.roles}>
        <div className="card-body">
          <Notice tone="info" title={people.profile.noRoleTitle}>
            <p>{people.profile.noRoleHelp(user.name)}</p>
            <p className="copyable">
              <code className="mono">{user.name}</code>
              <Copy value={user.name} />
            </p>
          </Notice>
        </div>
      </Card>
    )
  }
  return (
    <Card title={people.profile.roles}>
      <KeyValues
        entries={[
          {
            key: people.profile.platform,
            value: user.platform_role ? (
              <span className="role-with-help">
                <RoleChip role={user.platform_role} />
                <span className="fine">{people.roleHelp[user.platform_role]}</span>
              </span>
            ) : (
              <RoleChip role={null} />
            ),
          },
          ...(memberships ?? []).flatMap((workspace) =>
            workspace.role ? [{ key: people.profile.inWorkspace(workspace.name), value: workspaces.roles[workspace.role] }] : [],
          ),
        ]}
      />
      {query.isPending && (
        <div className="card-note">
          <Skeleton width="60%" />
        </div>
      )}
      {query.isError && !query.data && (
        <div className="card-body">
          <ProblemNotice
            error={asApiError(query.error)}
            title={people.profile.rolesFailed}
            onRetry={() => void query.refetch()}
          />
        </div>
      )}
    </Card>
  )
}
