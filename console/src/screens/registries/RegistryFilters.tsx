import { IconSearch } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import type { RegistryPage } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { HEALTHS, KINDS, type RegistrySearch } from '../../lib/registrySearch'
import { SearchField, SelectField } from '../../ui/Field'
import { Segments } from '../../ui/Segments'

const TYPING_PAUSE_MS = 250

/** The server counts this far; a larger answer only says that there are more. */
const COUNTED_TO = 10_000

const DOTS = { healthy: 'ok', degraded: 'warn', unhealthy: 'bad', unknown: 'unknown' } as const

interface RegistryFiltersProps {
  search: RegistrySearch
  facets: RegistryPage['facets'] | undefined
  onChange: (change: Partial<RegistrySearch>) => void
}

export function RegistryFilters({ search, facets, onChange }: RegistryFiltersProps) {
  const { texts, format } = useI18n()
  const [words, setWords] = useState(search.q ?? '')

  // Back, forward and "clear filters" change the URL; the box follows.
  useEffect(() => setWords(search.q ?? ''), [search.q])

  useEffect(() => {
    const wanted = words.trim() === '' ? undefined : words
    if (wanted === search.q) return
    const timer = setTimeout(() => onChange({ q: wanted }), TYPING_PAUSE_MS)
    return () => clearTimeout(timer)
  }, [words, search.q, onChange])

  const counts = facets?.health
  const all = counts && HEALTHS.reduce((sum, health) => sum + counts[health], 0)
  const counted = (count: number | undefined) =>
    count === undefined
      ? null
      : count > COUNTED_TO
        ? texts.registries.orMore(format.number(COUNTED_TO))
        : format.number(count)
  const segments = [
    { value: undefined, label: texts.registries.all, count: counted(all) },
    ...HEALTHS.map((health) => ({
      value: health,
      label: texts.health[health],
      count: counted(counts?.[health]),
      mark: <span className={`dot ${DOTS[health]}`} aria-hidden />,
    })),
  ]

  return (
    <div className="filters">
      <Segments
        label={texts.registries.healthFilter}
        segments={segments}
        value={search.health}
        onChange={(health) => onChange({ health })}
      />
      <div className="filter-fields">
        <SelectField
          label={texts.registries.kindFilter}
          hiddenLabel
          value={search.kind ?? ''}
          options={[
            { value: '', label: texts.registries.anyKind },
            ...KINDS.map((kind) => ({ value: kind, label: texts.kind[kind] })),
          ]}
          onChange={(kind) => onChange({ kind: kind === '' ? undefined : kind })}
        />
        <SearchField
          label={texts.registries.search}
          value={words}
          icon={<IconSearch size={15} aria-hidden />}
          onChange={setWords}
        />
      </div>
    </div>
  )
}
