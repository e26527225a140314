import type { ErrorCode } from '../../api/types'
import { useTexts } from '../../i18n/context'
import { errorText } from '../../i18n/problemText'

interface ConfigTroubleProps {
  code: ErrorCode
  /** What is said where its bytes are to blame and not the way to them. */
  broken: string
}

/** Why a configuration could not be read. */
export function ConfigTrouble({ code, broken }: ConfigTroubleProps) {
  const texts = useTexts()
  if (code === 'upstream.protocol') return <>{broken}</>
  const { title, remedy } = errorText(texts, code)
  return <>{texts.problem.both(title, remedy)}</>
}
