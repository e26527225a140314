import { IconSearch, IconUser } from '@tabler/icons-react'
import { useBook } from '../../i18n/book'
import { auditBook } from '../../i18n/books/audit'
import { type AuditSearch, fromLocalInput, OUTCOMES, RANGES, toLocalInput } from '../../lib/auditSearch'
import { useTyped } from '../../lib/useTyped'
import { DateTimeField } from '../../ui/DateTimeField'
import { SearchField, SelectField } from '../../ui/Field'
import { Segments } from '../../ui/Segments'

interface AuditFiltersProps {
  search: AuditSearch
  onChange: (change: Partial<AuditSearch>) => void
}

export function AuditFilters({ search, onChange }: AuditFiltersProps) {
  const words = useBook(auditBook)
  const [actor, setActor] = useTyped(search.actor, (value) => onChange({ actor: value }))
  const [object, setObject] = useTyped(search.q, (value) => onChange({ q: value }))
  const actions = Object.entries(words.actions).sort(([, a], [, b]) => a.localeCompare(b))

  return (
    <div className="filters audit-filters">
      <Segments
        label={words.outcome}
        segments={[
          { value: undefined, label: words.anyOutcome, count: null },
          ...OUTCOMES.map((outcome) => ({ value: outcome, label: words.outcomes[outcome], count: null })),
        ]}
        value={search.outcome}
        onChange={(outcome) => onChange({ outcome })}
      />
      <SelectField
        label={words.range}
        hiddenLabel
        value={search.range ?? ''}
        options={[{ value: '', label: words.anyTime }, ...RANGES.map((range) => ({ value: range, label: words.ranges[range] }))]}
        onChange={(range) => onChange({ range: range === '' ? undefined : range, from: undefined, to: undefined })}
      />
      <SelectField
        label={words.action}
        hiddenLabel
        value={search.action ?? ''}
        options={[{ value: '', label: words.anyAction }, ...actions.map(([value, label]) => ({ value, label }))]}
        onChange={(action) => onChange({ action: action === '' ? undefined : action })}
      />
      <SearchField label={words.actor} value={actor} icon={<IconUser size={15} aria-hidden />} onChange={setActor} />
      <SearchField label={words.object} value={object} icon={<IconSearch size={15} aria-hidden />} onChange={setObject} />
      {search.range === 'custom' && (
        <div className="range-fields">
          <DateTimeField
            label={words.from}
            value={toLocalInput(search.from)}
            onChange={(from) => onChange({ from: fromLocalInput(from) })}
          />
          <DateTimeField
            label={words.to}
            value={toLocalInput(search.to)}
            onChange={(to) => onChange({ to: fromLocalInput(to) })}
          />
        </div>
      )}
    </div>
  )
}
