import { useQuery } from '@tanstack/react-query'
import { IconSearch } from '@tabler/icons-react'
import { useDeferredValue, useState } from 'react'
import { namedRegistriesQuery } from '../../api/images'
import { registryQuery } from '../../api/registries'
import { useBook } from '../../i18n/book'
import { imagesBook } from '../../i18n/books/images'
import { inventoryBook } from '../../i18n/books/inventory'
import { useI18n } from '../../i18n/context'
import { ARTIFACT_KINDS, type ImageSearch, VISIBILITIES } from '../../lib/imageSearch'
import { useScope } from '../../shell/useScope'
import { CheckboxField, SearchField, SelectField } from '../../ui/Field'
import { Glyph } from '../../ui/Glyph'
import { Picker, type PickerOption } from '../../ui/Picker'
import { VisuallyHidden } from '../../ui/VisuallyHidden'

interface ImageFiltersProps {
  typed: string
  onType: (words: string) => void
  search: ImageSearch
  onChange: (change: Partial<ImageSearch>) => void
}

/** The box to search in, and what narrows both the list and the search. */
export function ImageFilters({ typed, onType, search, onChange }: ImageFiltersProps) {
  const words = useBook(imagesBook)
  const inventory = useBook(inventoryBook)
  const scope = useScope()
  return (
    <div className="image-filters">
      <SearchField label={words.search} value={typed} icon={<IconSearch size={15} aria-hidden />} onChange={onType} />
      <RegistryPicker current={search.registry} onPick={(registry) => onChange({ registry })} />
      <SelectField
        label={words.kind}
        hiddenLabel
        value={search.kind ?? ''}
        options={[
          { value: '', label: words.anyKind },
          ...ARTIFACT_KINDS.map((kind) => ({ value: kind, label: inventory.tag.kind[kind] })),
        ]}
        onChange={(kind) => onChange({ kind: kind === '' ? undefined : kind })}
      />
      <SelectField
        label={words.visibility}
        hiddenLabel
        value={search.visibility ?? ''}
        options={[
          { value: '', label: words.anyVisibility },
          ...VISIBILITIES.map((visibility) => ({ value: visibility, label: inventory.spaces.visibility[visibility] })),
        ]}
        onChange={(visibility) => onChange({ visibility: visibility === '' ? undefined : visibility })}
      />
      {scope.type === 'workspace' && (
        <CheckboxField
          label={words.own}
          checked={search.own === true}
          onChange={(own) => onChange({ own: own || undefined })}
        />
      )}
    </div>
  )
}

/** What the entry that takes the filter away is known by in the list. */
const ANY = 'any'

interface RegistryPickerProps {
  current: string | undefined
  onPick: (id: string | undefined) => void
}

function RegistryPicker({ current, onPick }: RegistryPickerProps) {
  const { texts, format } = useI18n()
  const words = useBook(imagesBook)
  const [opened, setOpened] = useState(false)
  const [typed, setTyped] = useState('')
  const q = useDeferredValue(typed.trim())
  const picked = useQuery({ ...registryQuery(current ?? ''), enabled: current !== undefined })
  const found = useQuery({ ...namedRegistriesQuery(q === '' ? undefined : q), enabled: opened })
  const page = found.data

  const options: PickerOption<string | undefined>[] = (page?.items ?? []).map(({ id, name, kind }) => ({
    value: id,
    id,
    label: name,
    detail: texts.kind[kind],
    icon: <Glyph kind={kind} size={24} />,
  }))
  if (q === '') options.unshift({ value: undefined, id: ANY, label: words.anyRegistry })
  const beyond = page ? page.total.value - page.items.length : 0
  const note = found.isError
    ? words.registriesFailed
    : page === undefined
      ? opened && texts.loading
      : options.length === 0
        ? words.noRegistry
        : beyond > 0 && words.moreRegistries(format.number(beyond))

  return (
    <Picker
      shown={
        <span className="picker-shown">
          <VisuallyHidden>{words.registry}</VisuallyHidden>{' '}
          {current === undefined ? words.anyRegistry : (picked.data?.name ?? '…')}
        </span>
      }
      listLabel={words.registry}
      searchLabel={words.findRegistry}
      options={options}
      outdated={q !== typed.trim() || found.isPlaceholderData || found.isPending}
      current={current ?? ANY}
      note={note}
      onOpen={setOpened}
      onSearch={setTyped}
      onPick={onPick}
    />
  )
}
