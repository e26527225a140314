import { IconBoxMultiple, IconDatabase, IconStack2 } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import type { Observed, Registry } from '../../api/types'
import { useBook } from '../../i18n/book'
import { inventoryBook } from '../../i18n/books/inventory'
import { useI18n } from '../../i18n/context'
import { sizeText } from '../../i18n/figures'
import { Age } from '../../ui/Age'

/** The registry's figures. One that is not known says why instead of showing zero. */
export function StatStrip({ statistics }: { statistics: Registry['statistics'] }) {
  const { texts, format } = useI18n()
  const inventory = useBook(inventoryBook)
  const number = (value: number) => format.number(value)
  const read = statistics.manifests_read
  const words = inventory.repository
  return (
    <section className="card" aria-label={texts.registry.statistics}>
      <dl className="stats">
        <Stat
          icon={<IconStack2 size={16} stroke={1.7} aria-hidden />}
          label={texts.registry.spaces}
          observed={statistics.spaces}
          render={number}
        />
        <Stat
          icon={<IconBoxMultiple size={16} stroke={1.7} aria-hidden />}
          label={texts.registry.repositories}
          observed={statistics.repositories}
          render={number}
          more={[
            statistics.artifacts.value != null && words.artifacts(number(statistics.artifacts.value), statistics.artifacts.value === 1),
            statistics.tags.value != null && words.tags(number(statistics.tags.value), statistics.tags.value === 1),
          ]}
        />
        <Stat
          icon={<IconDatabase size={16} stroke={1.7} aria-hidden />}
          label={texts.registry.storage}
          observed={statistics.storage_bytes}
          more={[
            (statistics.shared_bytes.value ?? 0) > 0 && inventory.sharedWithin(sizeText(format, statistics.shared_bytes.value ?? 0)),
            read != null && read.known > 0 && texts.inventory.manifestsRead(number(read.read), number(read.known)),
          ]}
          render={(value) => {
            const parts = format.bytes(value)
            return (
              <>
                {parts.value}
                <small>{parts.unit}</small>
              </>
            )
          }}
        />
      </dl>
    </section>
  )
}

interface StatProps {
  icon: ReactNode
  label: string
  observed: Observed
  render: (value: number) => ReactNode
  more?: (string | false)[]
}

function Stat({ icon, label, observed, render, more = [] }: StatProps) {
  const { texts } = useI18n()
  const known = observed.value != null
  const details = more.filter((each) => each !== false)
  return (
    <div>
      <dt>
        {icon}
        {label}
      </dt>
      <dd>
        {known ? (
          <span className="big num">{render(observed.value ?? 0)}</span>
        ) : (
          <span className="stat-unknown">
            {observed.unavailable ? texts.observed[observed.unavailable] : texts.observed.none}
          </span>
        )}
        {details.length > 0 && <span className="fine num">{details.join(' · ')}</span>}
        {observed.as_of && (
          <span className="fine num">
            <AsOf at={observed.as_of} />
          </span>
        )}
      </dd>
    </div>
  )
}

/** The word order differs between languages, so the sentence is cut where the age goes. */
function AsOf({ at }: { at: string }) {
  const { texts } = useI18n()
  const [before, after] = texts.observed.asOf('\u0000').split('\u0000')
  return (
    <>
      {before}
      <Age at={at} />
      {after}
    </>
  )
}
