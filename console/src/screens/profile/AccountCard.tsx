import { IconPencil } from '@tabler/icons-react'
import { type SubmitEvent, useRef, useState } from 'react'
import { asApiError, fieldProblems } from '../../api/problem'
import { useEditProfile } from '../../api/profile'
import type { User } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { fieldText } from '../../i18n/problemText'
import { Button } from '../../ui/Button'
import { Card } from '../../ui/Card'
import { TextField } from '../../ui/Field'
import { KeyValues } from '../../ui/KeyValues'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { notify } from '../../ui/Toasts'

/** The own names. The display name is edited in its place. */
export function AccountCard({ user }: { user: User }) {
  const { texts, format } = useI18n()
  const { people } = texts
  const [editing, setEditing] = useState(false)
  const editButton = useRef<HTMLButtonElement>(null)

  const finish = () => {
    setEditing(false)
    requestAnimationFrame(() => editButton.current?.focus())
  }

  return (
    <Card
      title={people.profile.account}
      aside={
        !editing && (
          <Button
            ref={editButton}
            size="xs"
            icon={<IconPencil size={14} stroke={1.7} aria-hidden />}
            onClick={() => setEditing(true)}
          >
            {people.user.edit}
          </Button>
        )
      }
    >
      {editing && <DisplayNameForm user={user} onFinished={finish} />}
      <KeyValues
        entries={[
          { key: people.profile.signInName, value: user.name },
          ...(editing
            ? []
            : [
                {
                  key: people.displayName,
                  value: user.display_name || <span className="muted">{people.user.noDisplayName}</span>,
                },
              ]),
          { key: people.user.created, value: <span className="num">{format.dateTime(user.created_at)}</span> },
        ]}
      />
    </Card>
  )
}

function DisplayNameForm({ user, onFinished }: { user: User; onFinished: () => void }) {
  const { texts } = useI18n()
  const { people } = texts
  const edit = useEditProfile()
  const [displayName, setDisplayName] = useState(user.display_name)

  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    edit.mutate(displayName.trim(), {
      onSuccess: () => {
        notify(people.profile.displayNameSaved)
        onFinished()
      },
    })
  }

  const error = edit.isError ? asApiError(edit.error) : null
  const problem = error && fieldProblems(error)[0]
  return (
    <form
      className="form card-form"
      onSubmit={submit}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onFinished()
      }}
      noValidate
    >
      {error && !problem && <ProblemNotice error={error} />}
      <TextField
        ref={focusAtEnd}
        label={people.displayName}
        description={people.displayNameHelp}
        error={problem ? fieldText(texts, problem) : undefined}
        name="display_name"
        autoComplete="name"
        value={displayName}
        onChange={setDisplayName}
      />
      <div className="inline-actions">
        <Button size="xs" tone="primary" type="submit" loading={edit.isPending}>
          {texts.action.save}
        </Button>
        <Button size="xs" onClick={onFinished}>
          {texts.action.cancel}
        </Button>
      </div>
    </form>
  )
}

/** Puts the cursor behind the text as soon as the box is there. */
function focusAtEnd(input: HTMLInputElement | null): void {
  if (!input || document.activeElement === input) return
  input.focus()
  input.setSelectionRange(input.value.length, input.value.length)
}
