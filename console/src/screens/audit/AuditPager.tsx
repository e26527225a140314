import { AUDIT_PAGE_SIZE } from '../../api/audit'
import type { AuditPage } from '../../api/types'
import { useBook } from '../../i18n/book'
import { auditBook } from '../../i18n/books/audit'
import { useI18n } from '../../i18n/context'
import type { AuditSearch } from '../../lib/auditSearch'
import { Button } from '../../ui/Button'

interface AuditPagerProps {
  search: AuditSearch
  page: AuditPage & { from?: string }
  onChange: (change: Partial<AuditSearch>) => void
}

/** How many there are, and the way to older and newer entries. */
export function AuditPager({ search, page, onChange }: AuditPagerProps) {
  const { texts, format } = useI18n()
  const audit = useBook(auditBook)
  const walked = search.after ?? []
  const next = page.next_cursor ?? null
  const total = format.number(page.total.value)
  const first = walked.length * AUDIT_PAGE_SIZE + 1
  const severalPages = walked.length > 0 || next !== null
  const range = texts.registries.range(format.number(first), format.number(first + page.items.length - 1), total)

  const count = !page.total.exact
    ? audit.countAtLeast(total)
    : severalPages
      ? range
      : audit.count(total, page.total.value === 1)

  // A preset that is counted back from now would be another filter on every page, and its cursors good for none.
  const since = search.range === undefined || search.range === 'custom' ? undefined : page.from

  const back = () => {
    const after = walked.slice(0, -1)
    onChange(after.length > 0 ? { after, since } : { after: undefined })
  }

  return (
    <div className="table-foot">
      <span className="num" role="status">
        {count}
      </span>
      {severalPages && (
        <nav className="pager" aria-label={texts.registries.paging}>
          <Button size="xs" disabled={walked.length === 0} onClick={back}>
            {texts.action.previous}
          </Button>
          <Button
            size="xs"
            disabled={next === null}
            onClick={() => next !== null && onChange({ after: [...walked, next], since, live: undefined })}
          >
            {texts.action.next}
          </Button>
        </nav>
      )}
    </div>
  )
}
