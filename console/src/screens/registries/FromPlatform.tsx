import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { openRegistriesQuery } from '../../api/registries'
import type { RegistryOutline } from '../../api/types'
import { useTexts } from '../../i18n/context'
import { reasonText } from '../../i18n/problemText'
import type { Scope } from '../../lib/scope'
import { Card } from '../../ui/Card'
import { Copy } from '../../ui/Copy'
import { type Column, DataTable } from '../../ui/DataTable'
import { Glyph } from '../../ui/Glyph'
import { HealthChip } from '../../ui/HealthChip'
import { registryLink } from '../registry/registryLink'

const rowId = (registry: RegistryOutline) => registry.id

/** The platform's registries that the workspace's namespaces may pull from, as members see them. */
export function FromPlatform({ scope }: { scope: Scope }) {
  const texts = useTexts()
  const words = texts.fromPlatform
  const query = useQuery({ ...openRegistriesQuery(), enabled: scope.type === 'workspace' })
  const rows = (query.data?.items ?? []).filter((registry) => registry.detail === 'outline')
  if (scope.type !== 'workspace' || rows.length === 0) return null
  const { columns } = texts.registries
  const shown: Column<RegistryOutline>[] = [
    {
      id: 'name',
      header: columns.name,
      rowHeader: true,
      cell: (registry) => (
        <div className="name-cell">
          <Glyph kind={registry.kind} />
          <div className="name-text">
            <Link className="row-link" {...registryLink(scope, registry.id)} title={registry.name}>
              {registry.name}
            </Link>
            <div className="fine">{texts.kind[registry.kind]}</div>
          </div>
        </div>
      ),
    },
    {
      id: 'health',
      header: columns.health,
      cell: ({ health }) => (
        <>
          <HealthChip health={health.status} />
          {health.status !== 'healthy' && (
            <div className="fine health-detail">{reasonText(texts, health.reason).short}</div>
          )}
        </>
      ),
    },
    {
      id: 'address',
      header: columns.address,
      cell: ({ address }) => (
        <div className="address-cell">
          <span className="mono" title={address}>
            {address}
          </span>
          <Copy value={address} />
        </div>
      ),
    },
  ]
  return (
    <div className="from-platform">
      <Card title={words.title}>
        <p className="card-body fine">{words.help}</p>
        <DataTable caption={words.title} columns={shown} rows={rows} rowKey={rowId} loading={false} />
      </Card>
    </div>
  )
}
