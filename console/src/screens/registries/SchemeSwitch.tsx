import type { TestState } from '../../api/useRegistryTest'
import { useTexts } from '../../i18n/context'
import { inScheme } from '../../lib/address'
import { Button } from '../../ui/Button'
import { Notice } from '../../ui/Notice'

interface SchemeSwitchProps {
  state: TestState
  address: string
  onAddress: (address: string) => void
}

/** Offers the scheme that the server was found to speak. Plain http still needs its consent afterwards. */
export function SchemeSwitch({ state, address, onAddress }: SchemeSwitchProps) {
  const texts = useTexts()
  const connect = state.steps.find((step) => step.step === 'connect')
  // Of an attempt to save only the code and its parameters are known.
  const other = connect?.facts.other_scheme ?? (connect?.code === 'upstream.other_scheme' ? connect.params.scheme : undefined)
  if (other !== 'http' && other !== 'https') return null
  return (
    <Notice
      tone="info"
      actions={
        <Button size="xs" onClick={() => onAddress(inScheme(address, other))}>
          {other === 'https' ? texts.otherScheme.toHttps : texts.otherScheme.toHttp}
        </Button>
      }
    >
      {texts.otherScheme[other]}
      {other === 'http' && ` ${texts.otherScheme.httpHelp}`}
    </Notice>
  )
}
