import { useMemo } from 'react'
import type { Space } from '../../api/types'
import { useBook } from '../../i18n/book'
import { inventoryBook } from '../../i18n/books/inventory'
import { useI18n } from '../../i18n/context'
import { Bytes } from '../../ui/Bytes'
import { type Column, DataTable } from '../../ui/DataTable'
import { ObservedValue } from '../../ui/ObservedValue'

interface SpacesTableProps {
  spaces: readonly Space[]
  onChoose: (spaceId: string) => void
}

/** The spaces of a registry that has several. */
export function SpacesTable({ spaces, onChoose }: SpacesTableProps) {
  const { format } = useI18n()
  const inventory = useBook(inventoryBook)
  const words = inventory.spaces
  const columns = useMemo<Column<Space>[]>(
    () => [
      {
        id: 'name',
        header: words.columns.name,
        rowHeader: true,
        cell: (space) => (
          <button type="button" className="row-link link-button" title={space.name} onClick={() => onChoose(space.id)}>
            {space.name}
          </button>
        ),
      },
      { id: 'class', header: words.columns.class, cell: (space) => words.class[space.class] },
      {
        id: 'visibility',
        header: words.columns.visibility,
        cell: (space) => words.visibility[space.visibility ?? 'unknown'],
      },
      {
        id: 'repositories',
        header: words.columns.repositories,
        align: 'end',
        cell: (space) => (
          <ObservedValue observed={space.repositories}>
            {(value) => <span className="num">{format.number(value)}</span>}
          </ObservedValue>
        ),
      },
      {
        id: 'tags',
        header: words.columns.tags,
        align: 'end',
        cell: (space) => (
          <ObservedValue observed={space.tags}>
            {(value) => <span className="num">{format.number(value)}</span>}
          </ObservedValue>
        ),
      },
      {
        id: 'storage',
        header: words.columns.storage,
        align: 'end',
        cell: (space) => <ObservedValue observed={space.storage_bytes}>{(value) => <Bytes value={value} />}</ObservedValue>,
      },
    ],
    [words, format, onChoose],
  )
  return (
    <>
      <p className="page-sub space-line">{words.meaning}</p>
      <div className="card table-card inventory-table">
        <DataTable caption={words.title} columns={columns} rows={spaces} rowKey={(space) => space.id} loading={false} />
      </div>
    </>
  )
}
