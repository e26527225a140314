import { useCallback, useState } from 'react'

/** Puts what is known in its known order; what is new comes after it, in the order it arrived in. */
export function keepOrder<Row>(rows: readonly Row[], known: readonly string[], idOf: (row: Row) => string): Row[] {
  const place = new Map(known.map((id, index) => [id, index]))
  const placeOf = (row: Row) => place.get(idOf(row)) ?? known.length
  return [...rows].sort((one, other) => placeOf(one) - placeOf(other))
}

interface Steady {
  view: string
  ids: readonly string[]
  /** The view's first answer is there: from now on its rows stay where they are. */
  settled: boolean
}

interface SteadyRows<Row> {
  rows: readonly Row[]
  /** The server would order these rows differently by now. */
  moved: boolean
  /** Takes the server's order over. */
  reorder: () => void
}

const sameOrder = (one: readonly string[], other: readonly string[]) =>
  one.length === other.length && one.every((id, index) => id === other[index])

/**
 * Keeps the rows of a list where they are while live updates come in, because someone may be about to click one.
 * Another view (filter, order, page) starts with the server's order.
 */
export function useSteadyOrder<Row>(
  answered: readonly Row[],
  view: string,
  fetching: boolean,
  idOf: (row: Row) => string,
): SteadyRows<Row> {
  const [steady, setSteady] = useState<Steady>({ view: '', ids: [], settled: false })
  const isKnown = steady.view === view && steady.settled
  const rows = isKnown ? keepOrder(answered, steady.ids, idOf) : answered
  const present = new Set(rows.map(idOf))
  // A row that is away for a moment comes back to its place.
  const ids = isKnown ? [...steady.ids, ...[...present].filter((id) => !steady.ids.includes(id))] : [...present]
  const settled = isKnown || !fetching
  if (steady.view !== view || steady.settled !== settled || !sameOrder(steady.ids, ids)) {
    setSteady({ view, ids, settled })
  }
  // What is not settled takes the order of the next answer, which is the one already here.
  const reorder = useCallback(() => setSteady((before) => ({ ...before, settled: false })), [])
  return {
    rows,
    moved: !sameOrder(rows.map(idOf), answered.map(idOf)),
    reorder,
  }
}
