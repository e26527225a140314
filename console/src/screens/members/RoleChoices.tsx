import type { ReactNode, Ref } from 'react'
import type { WorkspaceRole } from '../../api/types'
import { useTexts } from '../../i18n/context'
import { Choices } from '../../ui/Choices'

export const ROLES = ['viewer', 'editor', 'admin'] as const satisfies readonly WorkspaceRole[]

interface RoleChoicesProps {
  value: WorkspaceRole
  onChange: (role: WorkspaceRole) => void
  note?: ReactNode
  ref?: Ref<HTMLInputElement>
}

/** The roles, each with what it may. */
export function RoleChoices(props: RoleChoicesProps) {
  const { workspaces } = useTexts()
  const choices = ROLES.map((role) => ({ value: role, label: workspaces.roles[role], help: workspaces.roleHelp[role] }))
  return <Choices label={workspaces.role} choices={choices} {...props} />
}
