import { IconArrowDown, IconArrowUp } from '@tabler/icons-react'
import { Fragment, type ReactNode } from 'react'
import { Skeleton } from './Skeleton'
import { VisuallyHidden } from './VisuallyHidden'

export interface Column<Row> {
  id: string
  header: string
  /** The header is for assistive technology only. */
  hiddenHeader?: boolean
  align?: 'end'
  /** The column is the row's name: it becomes the row's header. */
  rowHeader?: boolean
  sort?: ColumnSort
  cell: (row: Row) => ReactNode
}

/** How a click on a column's header sorts. */
export interface ColumnSort {
  label: string
  direction: 'ascending' | 'descending' | null
  onSort: () => void
}

interface DataTableProps<Row> {
  caption: string
  columns: readonly Column<Row>[]
  rows: readonly Row[]
  rowKey: (row: Row) => string
  /** Nothing is loaded yet: rows of grey bars stand in for it. */
  loading: boolean
  /** The rows shown belong to the filter before; the new ones are on their way. */
  outdated?: boolean
  /** What stands below a row, over its whole width; null for a row that shows no more than its cells. */
  below?: (row: Row) => ReactNode
}

const SKELETON_ROWS = 6

/**
 * A table that the server sorts, filters and pages. Below the narrow breakpoint each row becomes a card; the roles are
 * written out because a table that is not laid out as one loses them in some browsers.
 */
export function DataTable<Row>({ caption, columns, rows, rowKey, loading, outdated, below }: DataTableProps<Row>) {
  return (
    <table className="table" role="table" aria-busy={loading || outdated} data-outdated={outdated || undefined}>
      <caption className="visually-hidden">{caption}</caption>
      <thead role="rowgroup">
        <tr role="row">
          {columns.map((column) => (
            <HeaderCell key={column.id} column={column} />
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {loading
          ? Array.from({ length: SKELETON_ROWS }, (_, index) => <SkeletonRow key={index} columns={columns.length} />)
          : rows.map((row) => {
              const more = below?.(row)
              return (
                <Fragment key={rowKey(row)}>
                  <tr role="row" data-opened={more ? true : undefined}>
                    {columns.map((column) => (
                      <BodyCell key={column.id} column={column} row={row} />
                    ))}
                  </tr>
                  {more && (
                    <tr role="row" className="below-row">
                      <td role="cell" colSpan={columns.length}>
                        {more}
                      </td>
                    </tr>
                  )}
                </Fragment>
              )
            })}
      </tbody>
    </table>
  )
}

function HeaderCell<Row>({ column }: { column: Column<Row> }) {
  const { sort } = column
  return (
    <th
      role="columnheader"
      scope="col"
      className={column.align === 'end' ? 'end' : undefined}
      aria-sort={sort?.direction ?? undefined}
    >
      {column.hiddenHeader ? (
        <VisuallyHidden>{column.header}</VisuallyHidden>
      ) : sort ? (
        <button type="button" onClick={sort.onSort} title={sort.label}>
          {column.header}
          {sort.direction === 'ascending' && <IconArrowUp size={13} aria-hidden />}
          {sort.direction === 'descending' && <IconArrowDown size={13} aria-hidden />}
        </button>
      ) : (
        column.header
      )}
    </th>
  )
}

function BodyCell<Row>({ column, row }: { column: Column<Row>; row: Row }) {
  const Tag = column.rowHeader ? 'th' : 'td'
  return (
    <Tag
      role={column.rowHeader ? 'rowheader' : 'cell'}
      scope={column.rowHeader ? 'row' : undefined}
      className={`col-${column.id}${column.align === 'end' ? ' end' : ''}`}
      data-label={column.hiddenHeader ? undefined : column.header}
    >
      {column.cell(row)}
    </Tag>
  )
}

function SkeletonRow({ columns }: { columns: number }) {
  return (
    <tr role="row" className="skeleton-row">
      {Array.from({ length: columns }, (_, index) => (
        <td role="cell" key={index}>
          <Skeleton width={index === 0 ? 150 : '70%'} />
        </td>
      ))}
    </tr>
  )
}
