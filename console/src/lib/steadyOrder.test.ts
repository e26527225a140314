import { act, createElement } from 'react'
import { createRoot } from 'react-dom/client'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { keepOrder, useSteadyOrder } from './steadyOrder'

const self = (row: string) => row

describe('keepOrder', () => {
  it('leaves known rows where they were and appends new ones', () => {
    expect(keepOrder(['new', 'c', 'a', 'b'], ['a', 'b', 'c'], self)).toEqual(['a', 'b', 'c', 'new'])
  })

  it('closes the gap of a row that is gone', () => {
    expect(keepOrder(['c', 'a'], ['a', 'b', 'c'], self)).toEqual(['a', 'c'])
  })
})

describe('useSteadyOrder', () => {
  beforeAll(() => void vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true))
  afterAll(() => void vi.unstubAllGlobals())

  function list() {
    let shown: ReturnType<typeof useSteadyOrder<string>> | undefined
    function List({ answered, view, fetching }: { answered: string[]; view: string; fetching: boolean }) {
      shown = useSteadyOrder(answered, view, fetching, self)
      return null
    }
    const root = createRoot(document.createElement('div'))
    return {
      answer: (answered: string[], view = 'all', fetching = false) =>
        act(() => root.render(createElement(List, { answered, view, fetching }))),
      get rows() {
        return shown?.rows
      },
      get moved() {
        return shown?.moved
      },
      reorder: () => act(() => shown?.reorder()),
    }
  }

  it('does not move rows when a later answer orders them differently', () => {
    const shown = list()
    shown.answer(['a', 'b'])
    shown.answer(['b', 'a'])
    expect(shown.rows).toEqual(['a', 'b'])
    expect(shown.moved).toBe(true)
  })

  it('takes the order over on request', () => {
    const shown = list()
    shown.answer(['a', 'b'])
    shown.answer(['b', 'a'])
    shown.reorder()
    expect(shown.rows).toEqual(['b', 'a'])
    expect(shown.moved).toBe(false)
  })

  it('starts another view with the order of the server', () => {
    const shown = list()
    shown.answer(['a', 'b'])
    shown.answer(['b', 'a'], 'unhealthy')
    expect(shown.rows).toEqual(['b', 'a'])
  })

  it('follows the server until the first answer of a view is there', () => {
    const shown = list()
    shown.answer(['a', 'b'], 'all', true)
    shown.answer(['b', 'a'], 'all', false)
    expect(shown.rows).toEqual(['b', 'a'])
  })

  it('keeps the place of a row that was away', () => {
    const shown = list()
    shown.answer(['a', 'b', 'c'])
    shown.answer(['a', 'c'])
    shown.answer(['c', 'b', 'a'])
    expect(shown.rows).toEqual(['a', 'b', 'c'])
  })
})
