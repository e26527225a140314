import type { Total } from '../../api/types'
import { type Column, DataTable } from '../../ui/DataTable'
import { ListPager } from './ListPager'
import { OrderChanged } from './OrderChanged'

interface PagedTableProps<Row> {
  caption: string
  columns: readonly Column<Row>[]
  /** The page's rows, in the order they are shown in. */
  rows: readonly Row[]
  rowKey: (row: Row) => string
  /** The page as the server gave it; undefined while nothing is loaded yet. */
  page: { items: readonly unknown[]; total: Total; next_cursor?: string | null } | undefined
  pageSize: number
  /** The rows are of the filter before. */
  outdated: boolean
  /** The cursors walked so far. */
  walked: readonly string[] | undefined
  count: (total: string, singular: boolean) => string
  onWalk: (after: string[] | undefined) => void
  /** The server has another order by now. */
  moved: boolean
  onReorder: () => void
}

/** A table with the way to the pages before and after. */
export function PagedTable<Row>({ page, pageSize, walked, count, onWalk, moved, onReorder, ...table }: PagedTableProps<Row>) {
  return (
    <>
      <DataTable {...table} loading={page === undefined} />
      {page && (
        <ListPager
          pageSize={pageSize}
          shown={page.items.length}
          total={page.total}
          next={page.next_cursor ?? null}
          walked={walked ?? []}
          count={count}
          onWalk={onWalk}
        >
          {moved && <OrderChanged onReorder={onReorder} />}
        </ListPager>
      )}
    </>
  )
}
