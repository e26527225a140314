import { useQueryClient } from '@tanstack/react-query'
import { type SubmitEvent, useState } from 'react'
import { type ApiError, asApiError, fieldProblems } from '../../api/problem'
import type { User } from '../../api/types'
import { userKey } from '../../api/keys'
import { useEditUser, userQuery } from '../../api/users'
import { useTexts } from '../../i18n/context'
import { fieldText } from '../../i18n/problemText'
import { Button } from '../../ui/Button'
import { Dialog } from '../../ui/Dialog'
import { TextField } from '../../ui/Field'
import { Notice } from '../../ui/Notice'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { notify } from '../../ui/Toasts'
import { RoleChoice } from './RoleChoice'
import { roleText } from './userText'

interface EditUserDialogProps {
  opened: boolean
  user: User
  onClose: () => void
}

export function EditUserDialog({ opened, user, onClose }: EditUserDialogProps) {
  const { people } = useTexts()
  return (
    <Dialog opened={opened} onClose={onClose} title={people.user.editTitle(user.name)}>
      <EditUserForm read={user} onFinished={onClose} />
    </Dialog>
  )
}

interface EditUserFormProps {
  read: User
  onFinished: () => void
}

function EditUserForm({ read, onFinished }: EditUserFormProps) {
  const texts = useTexts()
  const words = texts.people.user
  const queryClient = useQueryClient()
  const edit = useEditUser()
  // The version that was read when editing began: a change made meanwhile by someone else must be noticed.
  const [base, setBase] = useState(read)
  const [theirs, setTheirs] = useState<User | null>(null)
  const [reloadError, setReloadError] = useState<ApiError | null>(null)
  const [displayName, setDisplayName] = useState(read.display_name)
  const [role, setRole] = useState(read.platform_role ?? null)

  const seeTheirs = async () => {
    setReloadError(null)
    try {
      setTheirs(await queryClient.fetchQuery({ ...userQuery(base.id), staleTime: 0 }))
    } catch (thrown) {
      setReloadError(asApiError(thrown))
    }
  }

  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    edit.mutate(
      { user: base, values: { displayName: displayName.trim(), role } },
      {
        onSuccess: (saved) => {
          notify(words.saved(saved.name))
          onFinished()
        },
        onError: (thrown) => {
          if (asApiError(thrown).code === 'request.stale') void seeTheirs()
        },
      },
    )
  }

  const settle = (found: User, take: boolean) => {
    if (take) {
      setDisplayName(found.display_name)
      setRole(found.platform_role ?? null)
    }
    queryClient.setQueryData(userKey(found.id), found)
    setBase(found)
    setTheirs(null)
    edit.reset()
  }

  const error = reloadError ?? (edit.isError ? asApiError(edit.error) : null)
  const problem = error && fieldProblems(error)[0]
  return (
    <form className="form" onSubmit={submit} noValidate>
      {theirs ? (
        <Notice
          tone="warn"
          urgent
          title={words.conflict}
          actions={
            <>
              <Button size="xs" onClick={() => settle(theirs, true)}>
                {words.takeTheirs}
              </Button>
              <Button size="xs" onClick={() => settle(theirs, false)}>
                {words.keepMine}
              </Button>
            </>
          }
        >
          <p>
            {words.conflictTheirs(theirs.display_name || words.noDisplayName, roleText(texts, theirs.platform_role))}
          </p>
        </Notice>
      ) : (
        error && !problem && error.code !== 'request.stale' && (
          // What a person can settle needs no look into a log.
          <ProblemNotice error={error} withRequestId={error.status >= 500} />
        )
      )}
      <TextField
        label={texts.people.displayName}
        description={texts.people.displayNameHelp}
        error={problem ? fieldText(texts, problem) : undefined}
        name="display_name"
        autoFocus
        value={displayName}
        onChange={setDisplayName}
      />
      <RoleChoice value={role} onChange={setRole} />
      <div className="dialog-foot">
        <Button onClick={onFinished}>{texts.action.cancel}</Button>
        <Button tone="primary" type="submit" loading={edit.isPending} disabled={theirs !== null}>
          {texts.action.save}
        </Button>
      </div>
    </form>
  )
}
