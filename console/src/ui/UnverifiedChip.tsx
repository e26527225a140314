import { IconShieldQuestion } from '@tabler/icons-react'
import { useTexts } from '../i18n/context'
import { Chip } from './Chip'
import { Tip } from './Tip'

/** Marks a registry that was saved although its connection test did not pass. */
export function UnverifiedChip() {
  const texts = useTexts()
  return (
    <Tip text={texts.unverifiedHelp}>
      <span>
        <Chip tone="warn" icon={<IconShieldQuestion size={13} aria-hidden />}>
          {texts.unverified}
        </Chip>
      </span>
    </Tip>
  )
}
