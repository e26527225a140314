import { IconEye, IconShieldStar } from '@tabler/icons-react'
import type { PlatformRole } from '../../api/types'
import { useTexts } from '../../i18n/context'
import { Chip } from '../../ui/Chip'
import { roleText } from './userText'

/** A platform role. Who has none gets no chip: most people have none. */
export function RoleChip({ role }: { role: PlatformRole | null | undefined }) {
  const texts = useTexts()
  if (!role) return <span className="muted">{texts.people.noRole}</span>
  const Icon = role === 'admin' ? IconShieldStar : IconEye
  return (
    <Chip tone={role === 'admin' ? 'accent' : 'unknown'} icon={<Icon size={13} aria-hidden />}>
      {roleText(texts, role)}
    </Chip>
  )
}
