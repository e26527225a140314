import type { ConditionView, Registry } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { reasonText } from '../../i18n/problemText'
import { Age } from '../../ui/Age'
import { Card } from '../../ui/Card'
import { Duration } from '../../ui/Duration'
import { HealthChip } from '../../ui/HealthChip'
import { type KeyValue, KeyValues } from '../../ui/KeyValues'
import { HealthStrip } from './HealthStrip'

/** How the registry is, why, since when, and when that was last looked at. */
export function HealthCard({ registry }: { registry: Registry }) {
  const { texts } = useI18n()
  const { health, conditions } = registry
  // How fast a connection was refused is nobody's latency.
  const answers = health.status === 'healthy' || health.status === 'degraded'
  const entries: KeyValue[] = [
    { key: texts.registry.reason, value: health.reason ? reasonText(texts, health.reason).sentence : '–' },
    ...(health.message
      ? [{ key: texts.registry.answer, value: <code className="mono upstream-message">{health.message}</code> }]
      : []),
    { key: texts.registry.since, value: health.since ? <When at={health.since} /> : '–' },
    { key: texts.registry.lastChecked, value: <When at={health.checked_at} /> },
    { key: texts.registry.lastSuccess, value: <When at={health.last_success_at} /> },
    { key: texts.registry.latency, value: answers && health.latency_ms != null ? <Duration ms={health.latency_ms} /> : '–' },
  ]
  return (
    <Card title={texts.registry.health} aside={<HealthChip health={health.status} />}>
      <HealthStrip id={registry.id} />
      <KeyValues entries={entries} />
      {conditions.length > 0 && <Conditions conditions={conditions} />}
    </Card>
  )
}

function When({ at }: { at: string | null | undefined }) {
  const { texts, format } = useI18n()
  if (!at) return texts.time.never
  return (
    <>
      <Age at={at} />
      <span className="fine num">{format.dateTime(at)}</span>
    </>
  )
}

function Conditions({ conditions }: { conditions: readonly ConditionView[] }) {
  const { texts } = useI18n()
  const words = {
    true: texts.registry.conditionTrue,
    false: texts.registry.conditionFalse,
    unknown: texts.registry.conditionUnknown,
  }
  return (
    <div className="conditions">
      <h3>{texts.registry.conditions}</h3>
      <ul>
        {conditions.map((condition) => (
          <li key={condition.type}>
            <span className="condition-type">{texts.registry.condition[condition.type] ?? condition.type}</span>
            <span>
              {words[condition.status]}
              <span className="fine"> · {reasonText(texts, condition.reason).short}</span>
            </span>
            <span className="fine num">
              <Age at={condition.since} />
            </span>
          </li>
        ))}
      </ul>
    </div>
  )
}
