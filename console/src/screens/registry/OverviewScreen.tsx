import type { Registry } from '../../api/types'
import { BasicsCard } from './BasicsCard'
import { CapabilitiesCard } from './CapabilitiesCard'
import { CrawlCard } from './CrawlCard'
import { HealthCard } from './HealthCard'
import { HookCard } from './HookCard'
import { InventoryCards } from './InventoryCards'
import { registryLink } from './registryLink'
import { RegistryScreen } from './RegistryScreen'
import { SharingCard } from './SharingCard'
import { StatStrip } from './StatStrip'

/** What there is to know about a registry. */
export function OverviewScreen() {
  return <RegistryScreen link={registryLink}>{(registry) => <Overview registry={registry} />}</RegistryScreen>
}

function Overview({ registry }: { registry: Registry }) {
  const proved = registry.kind === 'docker' && registry.owner.type === 'platform'
  return (
    <>
      <StatStrip statistics={registry.statistics} />
      <div className="columns">
        <div className="stack">
          <BasicsCard registry={registry} />
          <CrawlCard key={registry.id} registry={registry} />
        </div>
        <div className="stack">
          <HealthCard registry={registry} />
          <InventoryCards registry={registry} />
          {registry.kind === 'docker' && <HookCard key={`hook-${registry.id}`} registry={registry} />}
        </div>
        <div className="wide">
          <CapabilitiesCard registry={registry} />
        </div>
        {proved && (
          <div className="wide">
            <SharingCard registry={registry} />
          </div>
        )}
      </div>
    </>
  )
}
