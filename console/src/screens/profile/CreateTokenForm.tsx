import { useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { profileQuery } from '../../api/profile'
import { sessionQuery } from '../../api/session'
import { useCreateToken } from '../../api/tokens'
import type { CreatedToken, Workspace } from '../../api/types'
import { useTexts } from '../../i18n/context'
import { scopeGroups, scopeGroupsIn } from '../../lib/tokenScope'
import { SelectField } from '../../ui/Field'
import { TokenForm } from '../tokens/TokenForm'

interface CreateTokenFormProps {
  workspaces: readonly Workspace[]
  onCancel: () => void
  onCreated: (token: CreatedToken) => void
}

/** Asks for an own token, which reaches everything the person may see or one workspace. */
export function CreateTokenForm({ workspaces, onCancel, onCreated }: CreateTokenFormProps) {
  const texts = useTexts()
  const words = texts.tokens
  const { data: session } = useQuery(sessionQuery)
  const { data: profile } = useQuery(profileQuery)
  const create = useCreateToken()
  const [workspaceId, setWorkspaceId] = useState('')

  const workspace = workspaces.find((each) => each.id === workspaceId)
  const groups = useMemo(
    () =>
      workspace
        ? scopeGroupsIn(workspace.allowed_actions)
        : scopeGroups([
            ...(session?.allowed_actions ?? []),
            ...(profile?.allowed_actions ?? []),
            ...workspaces.flatMap((each) => each.allowed_actions),
          ]),
    [workspace, workspaces, session, profile],
  )

  return (
    <TokenForm
      create={create}
      groups={groups}
      scopeHelp={words.scopeHelp}
      firstLifetime="30"
      workspaceId={workspace?.id}
      leaveLabel={texts.action.cancel}
      onLeave={onCancel}
      onCreated={onCreated}
    >
      {workspaces.length > 0 && (
        <SelectField
          label={words.workspace}
          description={words.workspaceHelp}
          value={workspaceId}
          options={[
            { value: '', label: words.anyWorkspace },
            ...workspaces.map((each) => ({ value: each.id, label: words.only(each.name) })),
          ]}
          onChange={setWorkspaceId}
        />
      )}
    </TokenForm>
  )
}
