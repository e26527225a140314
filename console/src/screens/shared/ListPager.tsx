import type { ReactNode } from 'react'
import type { Total } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { Button } from '../../ui/Button'

interface ListPagerProps {
  /** How many rows a page has at most. */
  pageSize: number
  /** How many this one has. */
  shown: number
  total: Total
  next: string | null
  /** The cursors walked so far. */
  walked: readonly string[]
  count: (total: string, singular: boolean) => string
  onWalk: (after: string[] | undefined) => void
  /** What else is to be said about the list. */
  children?: ReactNode
}

/** How many there are, and the way to the pages before and after. */
export function ListPager({ pageSize, shown, total, next, walked, count, onWalk, children }: ListPagerProps) {
  const { texts, format } = useI18n()
  const first = walked.length * pageSize + 1
  const severalPages = walked.length > 0 || next !== null
  const all = total.exact ? format.number(total.value) : texts.registries.orMore(format.number(total.value))
  return (
    <div className="table-foot">
      <span className="num" role="status">
        {severalPages
          ? texts.registries.range(format.number(first), format.number(first + shown - 1), all)
          : count(all, total.exact && total.value === 1)}
      </span>
      {children}
      {severalPages && (
        <nav className="pager" aria-label={texts.registries.paging}>
          <Button
            size="xs"
            disabled={walked.length === 0}
            onClick={() => onWalk(walked.length > 1 ? walked.slice(0, -1) : undefined)}
          >
            {texts.action.previous}
          </Button>
          <Button size="xs" disabled={next === null} onClick={() => next !== null && onWalk([...walked, next])}>
            {texts.action.next}
          </Button>
        </nav>
      )}
    </div>
  )
}
