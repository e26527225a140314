import {
  IconAlertTriangleFilled,
  IconCircleCheckFilled,
  IconCircleXFilled,
  IconHelpCircleFilled,
} from '@tabler/icons-react'
import type { Health } from '../api/types'
import { useTexts } from '../i18n/context'
import { Chip, type ChipTone } from './Chip'

const LOOKS: Record<Health, { tone: ChipTone; Icon: typeof IconCircleCheckFilled }> = {
  healthy: { tone: 'ok', Icon: IconCircleCheckFilled },
  degraded: { tone: 'warn', Icon: IconAlertTriangleFilled },
  unhealthy: { tone: 'bad', Icon: IconCircleXFilled },
  unknown: { tone: 'unknown', Icon: IconHelpCircleFilled },
}

export function HealthChip({ health }: { health: Health }) {
  const texts = useTexts()
  const { tone, Icon } = LOOKS[health]
  return (
    <Chip tone={tone} icon={<Icon size={13} aria-hidden />}>
      {texts.health[health]}
    </Chip>
  )
}
