import { IconAlertTriangle, IconClockOff } from '@tabler/icons-react'
import { useTexts } from '../../i18n/context'
import { useNow } from '../../lib/clock'
import { expiryState } from '../../lib/expiry'
import { Chip } from '../../ui/Chip'

/** Says that a token has ended or soon will; nothing while it is well. */
export function ExpiryChip({ expiresAt }: { expiresAt: string }) {
  const { tokens } = useTexts()
  const state = expiryState(expiresAt, useNow())
  if (state === 'well') return null
  return state === 'ended' ? (
    <Chip tone="bad" icon={<IconClockOff size={13} aria-hidden />}>
      {tokens.expired}
    </Chip>
  ) : (
    <Chip tone="warn" icon={<IconAlertTriangle size={13} aria-hidden />}>
      {tokens.expiresSoon}
    </Chip>
  )
}
