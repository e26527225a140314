import { act, useState } from 'react'
import { createRoot, type Root } from 'react-dom/client'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { useTyped } from './useTyped'

interface Probe {
  words: string
  type: (words: string) => void
  /** Changes the URL, as the browser's own buttons do. */
  go: (value: string | undefined) => void
}

describe('useTyped', () => {
  const given: (string | undefined)[] = []
  let probe: Probe
  let root: Root

  function Box() {
    const [value, go] = useState<string | undefined>(undefined)
    const [words, type] = useTyped(value, (typed) => given.push(typed))
    probe = { words, type, go }
    return null
  }

  beforeEach(() => {
    vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true)
    vi.useFakeTimers()
    given.length = 0
    root = createRoot(document.createElement('div'))
    act(() => root.render(<Box />))
  })
  afterEach(() => {
    act(() => root.unmount())
    vi.useRealTimers()
    vi.unstubAllGlobals()
  })

  const type = (words: string) => act(() => probe.type(words))
  const pause = () => act(() => vi.advanceTimersByTime(250))
  const arrive = (value: string | undefined) => act(() => probe.go(value))

  it('gives what was typed once the typing pauses', () => {
    type('d')
    type('do')
    expect(given).toEqual([])
    pause()
    expect(given).toEqual(['do'])
  })

  it('keeps what is typed while the words before are on their way into the URL', () => {
    type('d')
    pause()
    type('do')
    arrive('d')
    expect(probe.words).toBe('do')
    pause()
    expect(given).toEqual(['d', 'do'])
    arrive('do')
    expect(probe.words).toBe('do')
  })

  it('follows back, forward and a filter that is cleared', () => {
    type('do')
    pause()
    arrive('do')
    arrive(undefined)
    expect(probe.words).toBe('')
    arrive('do')
    expect(probe.words).toBe('do')
    pause()
    expect(given).toEqual(['do'])
  })
})
