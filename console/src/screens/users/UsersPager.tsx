import type { UserPage } from '../../api/types'
import { USERS_PAGE_SIZE } from '../../api/users'
import { useI18n } from '../../i18n/context'
import type { UserSearch } from '../../lib/userSearch'
import { Button } from '../../ui/Button'

interface UsersPagerProps {
  search: UserSearch
  page: UserPage
  onChange: (change: Partial<UserSearch>) => void
}

/** How many there are, and the way to the pages before and after. */
export function UsersPager({ search, page, onChange }: UsersPagerProps) {
  const { texts, format } = useI18n()
  const walked = search.after ?? []
  const next = page.next_cursor ?? null
  const total = format.number(page.total.value)
  const first = walked.length * USERS_PAGE_SIZE + 1
  const severalPages = walked.length > 0 || next !== null

  const count = !page.total.exact
    ? texts.people.countAtLeast(total)
    : severalPages
      ? texts.registries.range(format.number(first), format.number(first + page.items.length - 1), total)
      : texts.people.count(total, page.total.value === 1)

  return (
    <div className="table-foot">
      <span className="num" role="status">
        {count}
      </span>
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
