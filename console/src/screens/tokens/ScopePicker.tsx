import { type Ref, useId } from 'react'
import type { Permission } from '../../api/types'
import { useBook } from '../../i18n/book'
import { auditBook } from '../../i18n/books/audit'
import { useTexts } from '../../i18n/context'
import { isReading, type ScopeGroup } from '../../lib/tokenScope'
import { Button } from '../../ui/Button'
import { CheckboxField } from '../../ui/Field'

interface ScopePickerProps {
  groups: readonly ScopeGroup[]
  help: string
  chosen: ReadonlySet<Permission>
  error?: string
  onChange: (chosen: ReadonlySet<Permission>) => void
  ref?: Ref<HTMLFieldSetElement>
}

/** The rights a token gets, grouped by what they are about. */
export function ScopePicker({ groups, help, chosen, error, onChange, ref }: ScopePickerProps) {
  const texts = useTexts()
  const audit = useBook(auditBook)
  const words = texts.tokens
  const helpId = useId()
  const offered = groups.flatMap((group) => group.permissions)

  const toggle = (permission: Permission, on: boolean) => {
    const next = new Set(chosen)
    if (on) next.add(permission)
    else next.delete(permission)
    onChange(next)
  }

  return (
    <fieldset className="group scope" ref={ref} aria-describedby={helpId}>
      <legend>{words.scope}</legend>
      <p className="fine" id={helpId}>
        {help}
      </p>
      {error && (
        <p className="field-problem" role="alert">
          {error}
        </p>
      )}
      <div className="inline-actions">
        <Button size="xs" onClick={() => onChange(new Set(offered.filter(isReading)))}>
          {words.scopeRead}
        </Button>
        <Button size="xs" onClick={() => onChange(new Set(offered))}>
          {words.scopeAll}
        </Button>
        <Button size="xs" onClick={() => onChange(new Set())}>
          {words.scopeNone}
        </Button>
      </div>
      <div className="scope-groups">
        {groups.map((group) => (
          <fieldset key={group.noun} className="group">
            <legend>{words.nouns[group.noun]}</legend>
            {group.permissions.map((permission) => (
              <CheckboxField
                key={permission}
                label={audit.actions[permission]}
                name={permission}
                checked={chosen.has(permission)}
                onChange={(on) => toggle(permission, on)}
              />
            ))}
          </fieldset>
        ))}
      </div>
    </fieldset>
  )
}
