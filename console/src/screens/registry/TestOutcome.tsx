import type { TestState } from '../../api/useRegistryTest'
import type { RegistryKind } from '../../api/types'
import { useTexts } from '../../i18n/context'
import { Notice } from '../../ui/Notice'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { productName } from './stepFacts'

interface TestOutcomeProps {
  state: TestState
  kind: RegistryKind
}

/** What is to be said about a test as a whole, beyond its steps. */
export function TestOutcome({ state, kind }: TestOutcomeProps) {
  const texts = useTexts()
  if (state.error) return <ProblemNotice error={state.error} />
  if (state.phase === 'cut') return <Notice tone="warn">{texts.test.aborted}</Notice>
  const detected = state.result?.detected_kind
  if (detected && detected !== kind) {
    return <Notice tone="info">{texts.test.otherKind(productName(texts, detected))}</Notice>
  }
  return null
}
