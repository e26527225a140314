import { useQueryClient } from '@tanstack/react-query'
import { IconPencil } from '@tabler/icons-react'
import { type SubmitEvent, useRef, useState } from 'react'
import { asApiError, fieldProblems } from '../../api/problem'
import { registryKey, useEditRegistry } from '../../api/registries'
import type { Registry } from '../../api/types'
import { useTexts } from '../../i18n/context'
import { fieldText } from '../../i18n/problemText'
import { Button } from '../../ui/Button'
import { TextAreaField } from '../../ui/Field'
import { IconButton } from '../../ui/IconButton'
import { Notice } from '../../ui/Notice'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { notify } from '../../ui/Toasts'
import { disabledReason } from './RegistryMenu'

/** The registry's description, edited in its place. */
export function Description({ registry }: { registry: Registry }) {
  const texts = useTexts()
  // The version that was read when editing began: a change made meanwhile by someone else must be noticed.
  const [editing, setEditing] = useState<Registry | null>(null)
  const editButton = useRef<HTMLButtonElement>(null)
  const blocked = disabledReason(texts, registry, 'edit')

  const finish = () => {
    setEditing(null)
    requestAnimationFrame(() => editButton.current?.focus())
  }

  if (editing) {
    return <DescriptionForm registry={editing} onReload={setEditing} onFinished={finish} />
  }
  return (
    <span className="copyable">
      <span className="description">
        {registry.description || <span className="fine">{texts.registry.noDescription}</span>}
      </span>
      <IconButton
        ref={editButton}
        label={blocked ? `${texts.registry.editDescription}: ${blocked}` : texts.registry.editDescription}
        size={24}
        aria-disabled={blocked ? true : undefined}
        onClick={() => !blocked && setEditing(registry)}
      >
        <IconPencil size={15} stroke={1.7} aria-hidden />
      </IconButton>
    </span>
  )
}

interface DescriptionFormProps {
  registry: Registry
  onReload: (registry: Registry) => void
  onFinished: () => void
}

function DescriptionForm({ registry, onReload, onFinished }: DescriptionFormProps) {
  const texts = useTexts()
  const queryClient = useQueryClient()
  const edit = useEditRegistry()
  const [text, setText] = useState(registry.description)

  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    edit.mutate(
      { registry, changes: { description: text.trim() } },
      {
        onSuccess: () => {
          notify(texts.registry.descriptionSaved)
          onFinished()
        },
      },
    )
  }

  const reload = async () => {
    await queryClient.refetchQueries({ queryKey: registryKey(registry.id) })
    const fresh = queryClient.getQueryData<Registry>(registryKey(registry.id))
    if (fresh) onReload(fresh)
    edit.reset()
  }

  const error = edit.isError ? asApiError(edit.error) : null
  const problem = error && fieldProblems(error)[0]
  return (
    <form
      className="description-form"
      onSubmit={submit}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onFinished()
      }}
      noValidate
    >
      {error?.code === 'request.stale' ? (
        <Notice
          tone="warn"
          urgent
          actions={
            <Button size="xs" onClick={() => void reload()}>
              {texts.action.reload}
            </Button>
          }
        >
          <p>{texts.registry.conflict}</p>
        </Notice>
      ) : (
        error && !problem && <ProblemNotice error={error} />
      )}
      <TextAreaField
        ref={focusAtEnd}
        label={texts.registry.description}
        hiddenLabel
        error={problem ? fieldText(texts, problem) : undefined}
        value={text}
        onChange={setText}
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
function focusAtEnd(area: HTMLTextAreaElement | null): void {
  if (!area || document.activeElement === area) return
  area.focus()
  area.setSelectionRange(area.value.length, area.value.length)
}
