import { IconAlertTriangle, IconCircleDashed, IconClockHour4 } from '@tabler/icons-react'
import type { Repository } from '../../api/types'
import { useBook } from '../../i18n/book'
import { inventoryBook } from '../../i18n/books/inventory'
import { useTexts } from '../../i18n/context'
import { errorText } from '../../i18n/problemText'
import { Chip } from '../../ui/Chip'

/** What is out of the ordinary about a repository, with its reason; nothing where all is well. */
export function StateChip({ repository }: { repository: Repository }) {
  const texts = useTexts()
  const inventory = useBook(inventoryBook)
  const word = inventory.state[repository.state]
  switch (repository.state) {
    case 'listed':
      return null
    case 'broken':
      return (
        <span className="state">
          <Chip tone="bad" icon={<IconAlertTriangle size={13} aria-hidden />}>
            {word}
          </Chip>
          {repository.trouble && <span className="fine">{errorText(texts, repository.trouble).title}</span>}
        </span>
      )
    case 'empty':
      return (
        <Chip tone="unknown" icon={<IconCircleDashed size={13} aria-hidden />}>
          {word}
        </Chip>
      )
    case 'named':
      return (
        <Chip tone="unknown" icon={<IconClockHour4 size={13} aria-hidden />}>
          {word}
        </Chip>
      )
  }
}
