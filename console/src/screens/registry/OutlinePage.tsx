import type { RegistryOutline } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { reasonText } from '../../i18n/problemText'
import { Age } from '../../ui/Age'
import { Card } from '../../ui/Card'
import { Copy } from '../../ui/Copy'
import { Glyph } from '../../ui/Glyph'
import { HealthChip } from '../../ui/HealthChip'
import { KeyValues } from '../../ui/KeyValues'
import { PageTitle } from '../../ui/PageTitle'

/** What a member sees of a registry of the platform. */
export function OutlinePage({ registry }: { registry: RegistryOutline }) {
  const { texts } = useI18n()
  const { health } = registry
  return (
    <>
      <div className="page-head registry-head">
        <div className="registry-title">
          <Glyph kind={registry.kind} size={44} />
          <div>
            <div className="title-line">
              <PageTitle title={registry.name} />
              <HealthChip health={health.status} />
            </div>
            <div className="copyable">
              <span className="mono break">{registry.address}</span>
              <Copy value={registry.address} />
            </div>
          </div>
        </div>
      </div>
      <Card title={texts.registry.basics}>
        <KeyValues
          entries={[
            { key: texts.registry.kind, value: texts.kind[registry.kind] },
            { key: texts.registry.reason, value: reasonText(texts, health.reason).sentence },
            { key: texts.registry.lastChecked, value: health.checked_at ? <Age at={health.checked_at} /> : texts.time.never },
          ]}
        />
        <p className="card-body fine">{texts.fromPlatform.outlineHelp}</p>
      </Card>
    </>
  )
}
