import { useQuery } from '@tanstack/react-query'
import { IconCircleCheck, IconCircleMinus, IconHelpCircle } from '@tabler/icons-react'
import { sharingQuery } from '../../api/sharing'
import type { Registry } from '../../api/types'
import { useI18n, useTexts } from '../../i18n/context'
import { capabilityReason, reasonText } from '../../i18n/problemText'
import { capabilitiesSeen, type SeenCapability } from '../../lib/capabilitiesSeen'
import { Age } from '../../ui/Age'
import { Card } from '../../ui/Card'

interface CapabilitiesCardProps {
  registry: Registry
  /** Who may pull from it is tried out: what that showed is said here too. */
  tried: boolean
}

/** What was seen that the registry can do, and why not where it was not. */
export function CapabilitiesCard({ registry, tried }: CapabilitiesCardProps) {
  const { texts, format } = useI18n()
  const words = texts.capabilities
  const { data: sharing } = useQuery({ ...sharingQuery(registry.id), enabled: tried })
  const asOf = registry.capabilities_as_of
  return (
    <Card
      title={words.title}
      aside={
        asOf && (
          <span className="fine num" title={format.dateTime(asOf)}>
            {words.seen} <Age at={asOf} />
          </span>
        )
      }
    >
      <ul className="capabilities">
        {capabilitiesSeen(registry, sharing).map((capability) => (
          <Row key={capability.name} capability={capability} />
        ))}
      </ul>
      <p className="card-note">{words.help}</p>
    </Card>
  )
}

function Row({ capability }: { capability: SeenCapability }) {
  const texts = useTexts()
  const words = texts.capabilities
  const why = capability.trial
    ? reasonText(texts, capability.trial.reason).short
    : capability.reason && capabilityReason(texts, capability.reason)
  return (
    <li>
      <Mark status={capability.status} />
      <span className="capability-name">{words.name[capability.name] ?? capability.name}</span>
      <span className="capability-state">
        {words.status[capability.status]}
        {why && <span className="fine">{why}</span>}
      </span>
    </li>
  )
}

function Mark({ status }: { status: SeenCapability['status'] }) {
  switch (status) {
    case 'available':
      return <IconCircleCheck size={17} stroke={1.8} color="var(--rs-ok)" aria-hidden />
    case 'missing':
      return <IconCircleMinus size={17} stroke={1.8} color="var(--rs-ink-3)" aria-hidden />
    case 'unknown':
      return <IconHelpCircle size={17} stroke={1.8} color="var(--rs-ink-3)" aria-hidden />
  }
}
