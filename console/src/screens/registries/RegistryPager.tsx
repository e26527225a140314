import type { ReactNode } from 'react'
import { PAGE_SIZE } from '../../api/registries'
import type { RegistryPage } from '../../api/types'
import { useI18n } from '../../i18n/context'
import type { RegistrySearch } from '../../lib/registrySearch'
import { Button } from '../../ui/Button'

interface RegistryPagerProps {
  search: RegistrySearch
  page: RegistryPage
  onChange: (change: Partial<RegistrySearch>) => void
  /** What else is to be said about the list. */
  children?: ReactNode
}

/** How many there are, and the way to the pages before and after. */
export function RegistryPager({ search, page, onChange, children }: RegistryPagerProps) {
  const { texts, format } = useI18n()
  const walked = search.after ?? []
  const next = page.next_cursor ?? null
  const total = format.number(page.total.value)
  const first = walked.length * PAGE_SIZE + 1
  const severalPages = walked.length > 0 || next !== null

  const count = !page.total.exact
    ? texts.registries.countAtLeast(total)
    : severalPages
      ? texts.registries.range(format.number(first), format.number(first + page.items.length - 1), total)
      : texts.registries.count(total, page.total.value === 1)

  return (
    <div className="table-foot">
      <span className="num" role="status">
        {count}
      </span>
      {children}
      {severalPages && (
        <nav className="pager" aria-label={texts.registries.paging}>
          <Button size="xs" disabled={walked.length === 0} onClick={() => onChange({ after: walked.slice(0, -1) })}>
            {texts.action.previous}
          </Button>
          <Button
            size="xs"
            disabled={next === null}
            onClick={() => next !== null && onChange({ after: [...walked, next] })}
          >
            {texts.action.next}
          </Button>
        </nav>
      )}
    </div>
  )
}
