import { IconCircleCheck, IconCircleMinus, IconHelpCircle } from '@tabler/icons-react'
import type { Capability, Registry } from '../../api/types'
import { useI18n, useTexts } from '../../i18n/context'
import { capabilityReason } from '../../i18n/problemText'
import { Age } from '../../ui/Age'
import { Card } from '../../ui/Card'

/** What was seen that the registry can do, and why not where it was not. */
export function CapabilitiesCard({ registry }: { registry: Registry }) {
  const { texts, format } = useI18n()
  const words = texts.capabilities
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
        {registry.capabilities.map((capability) => (
          <Row key={capability.name} capability={capability} />
        ))}
      </ul>
      <p className="card-note">{words.help}</p>
    </Card>
  )
}

function Row({ capability }: { capability: Capability }) {
  const texts = useTexts()
  const words = texts.capabilities
  const why = capability.reason && capabilityReason(texts, capability.reason)
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

function Mark({ status }: { status: Capability['status'] }) {
  switch (status) {
    case 'available':
      return <IconCircleCheck size={17} stroke={1.8} color="var(--rs-ok)" aria-hidden />
    case 'missing':
      return <IconCircleMinus size={17} stroke={1.8} color="var(--rs-ink-3)" aria-hidden />
    case 'unknown':
      return <IconHelpCircle size={17} stroke={1.8} color="var(--rs-ink-3)" aria-hidden />
  }
}
