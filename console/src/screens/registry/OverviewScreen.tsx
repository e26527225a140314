import type { Registry } from '../../api/types'
import { BasicsCard } from './BasicsCard'
import { CapabilitiesCard } from './CapabilitiesCard'
import { CrawlCard } from './CrawlCard'
import { HealthCard } from './HealthCard'
import { HookCard } from './HookCard'
import { HistoryCard, LargestCard, LargestSpacesCard } from './InventoryCards'
import { registryLink } from './registryLink'
import { RegistryScreen } from './RegistryScreen'
import { SharingCard } from './SharingCard'
import { StatStrip } from './StatStrip'

/** What there is to know about a registry. */
export function OverviewScreen() {
  return <RegistryScreen link={registryLink}>{(registry) => <Overview registry={registry} />}</RegistryScreen>
}

function Overview({ registry }: { registry: Registry }) {
  // On these it is tried out who may pull.
  const tried = registry.kind === 'docker' && registry.owner.type === 'platform'
  return (
    <>
      <StatStrip statistics={registry.statistics} />
      <div className="columns">
        <div className="stack">
          <BasicsCard registry={registry} />
          <CrawlCard key={registry.id} registry={registry} />
          {registry.kind === 'docker' && <HookCard key={`hook-${registry.id}`} registry={registry} />}
        </div>
        <div className="stack">
          <HealthCard registry={registry} />
          <LargestSpacesCard registry={registry} />
          <LargestCard registry={registry} />
        </div>
        <div className="wide">
          <HistoryCard registry={registry} />
        </div>
        <div className="wide">
          <CapabilitiesCard registry={registry} tried={tried} />
        </div>
        {tried && (
          <div className="wide">
            <SharingCard registry={registry} />
          </div>
        )}
      </div>
    </>
  )
}
