import { useId } from 'react'
import type { RegistryKind } from '../../api/types'
import { useTexts } from '../../i18n/context'
import { isAvailable } from '../../lib/kinds'
import { KINDS } from '../../lib/registrySearch'
import { Glyph } from '../../ui/Glyph'

interface KindPickerProps {
  value: RegistryKind
  onChange: (kind: RegistryKind) => void
}

/** The kinds as cards; one that this version cannot integrate says so. */
export function KindPicker({ value, onChange }: KindPickerProps) {
  const texts = useTexts()
  const id = useId()
  return (
    <fieldset className="kinds">
      <legend>{texts.integrate.kind}</legend>
      {KINDS.map((kind) => {
        const available = isAvailable(kind)
        const reasonId = `${id}-${kind}`
        return (
          <label key={kind} data-disabled={!available || undefined}>
            <input
              type="radio"
              name="kind"
              value={kind}
              checked={value === kind}
              disabled={!available}
              aria-describedby={available ? undefined : reasonId}
              onChange={() => onChange(kind)}
            />
            <Glyph kind={kind} size={28} />
            <span>{texts.kind[kind]}</span>
            {!available && (
              <span className="fine" id={reasonId}>
                {texts.kindUnavailable}
              </span>
            )}
          </label>
        )
      })}
    </fieldset>
  )
}
