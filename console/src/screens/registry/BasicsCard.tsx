import { IconAlertTriangle, IconShieldCheck } from '@tabler/icons-react'
import type { Registry } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { isPlainHttp } from '../../lib/address'
import { Card } from '../../ui/Card'
import { Copy } from '../../ui/Copy'
import { KeyValues } from '../../ui/KeyValues'
import { CertificateLine } from './CertificateLine'
import { Description } from './Description'

/** What the registry is and how it is reached. */
export function BasicsCard({ registry }: { registry: Registry }) {
  const { texts, format } = useI18n()
  return (
    <Card title={texts.registry.basics}>
      <KeyValues
        entries={[
          { key: texts.registry.kind, value: <Kind registry={registry} /> },
          { key: texts.registry.version, value: <Version registry={registry} /> },
          {
            key: texts.registry.address,
            value: (
              <span className="copyable">
                <span className="mono break">{registry.address}</span>
                <Copy value={registry.address} />
              </span>
            ),
          },
          {
            key: texts.registry.tls,
            value: (
              <>
                <Tls registry={registry} />
                {registry.certificate && <CertificateLine certificate={registry.certificate} />}
              </>
            ),
          },
          {
            key: texts.registry.account,
            value: registry.username ? <span className="mono break">{registry.username}</span> : texts.registry.anonymous,
          },
          {
            key: texts.registry.integrated,
            value: (
              <>
                <span className="num">{format.dateTime(registry.created_at)}</span>
                {registry.integrated_by && (
                  <span className="fine">{texts.registry.integratedBy(registry.integrated_by.name)}</span>
                )}
              </>
            ),
          },
          { key: texts.registry.description, value: <Description registry={registry} /> },
        ]}
      />
    </Card>
  )
}

function Kind({ registry }: { registry: Registry }) {
  const { texts } = useI18n()
  const { kind, product } = registry
  return (
    <>
      {texts.kind[kind]}
      {product && product !== kind && <span className="fine">{texts.capabilities.otherProduct(texts.kind[product])}</span>}
    </>
  )
}

function Version({ registry }: { registry: Registry }) {
  const { texts } = useI18n()
  if (!registry.version) return <span className="fine">{texts.registry.versionUnknown}</span>
  return (
    <>
      <span className="num">{registry.version}</span>
      {registry.advisories.map((hole) => (
        <span className="known-hole" key={hole.id}>
          <IconAlertTriangle size={16} color="var(--rs-warn)" aria-hidden />
          {texts.capabilities.advisory(hole.id, hole.fixed_in)}
        </span>
      ))}
    </>
  )
}

function Tls({ registry }: { registry: Registry }) {
  const { texts } = useI18n()
  const plain = isPlainHttp(registry.address)
  if (plain || registry.tls.mode === 'skip') {
    return (
      <>
        <IconAlertTriangle size={16} color="var(--rs-warn)" aria-hidden />
        {plain ? texts.registry.tlsPlain : texts.registry.tlsMode.skip}
      </>
    )
  }
  return (
    <>
      <IconShieldCheck size={16} color="var(--rs-ok)" aria-hidden />
      {texts.registry.tlsMode[registry.tls.mode]}
    </>
  )
}
