import { QueryClient } from '@tanstack/react-query'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { followChanges } from './changes'

class FakeSource extends EventTarget {
  readyState = 0
  closed = false
  close() {
    this.closed = true
  }
  change(data: unknown) {
    this.dispatchEvent(new MessageEvent('change', { data: typeof data === 'string' ? data : JSON.stringify(data) }))
  }
}

/** Everything that is fetched anew after something was missed. */
const EVERYTHING = [
  ['registries'],
  ['inventory'],
  ['workspaces'],
  ['members'],
  ['machine-accounts'],
  ['session'],
  ['users'],
  ['profile'],
  ['sessions'],
  ['tokens'],
]

describe('followChanges', () => {
  const sources: FakeSource[] = []
  const invalidated: unknown[] = []
  let stop: () => void

  const last = () => {
    const source = sources.at(-1)
    if (!source) throw new Error('no source was opened')
    return source
  }

  beforeEach(() => {
    vi.useFakeTimers()
    vi.stubGlobal('EventSource', { CLOSED: 2 })
    sources.length = 0
    invalidated.length = 0
    const queryClient = new QueryClient()
    vi.spyOn(queryClient, 'invalidateQueries').mockImplementation(async (filters) => {
      invalidated.push(filters?.queryKey)
    })
    stop = followChanges(queryClient, () => {
      const source = new FakeSource()
      sources.push(source)
      return source as unknown as EventSource
    })
    last().dispatchEvent(new Event('open'))
  })
  afterEach(() => {
    stop()
    vi.useRealTimers()
    vi.unstubAllGlobals()
  })

  it('many changes of one registry cause one refetch of it and of the lists', () => {
    for (let i = 0; i < 5; i += 1) last().change({ topic: 'registry_health', object_id: 'a' })
    vi.advanceTimersByTime(300)
    expect(invalidated).toEqual([
      ['registries', 'list'],
      ['registries', 'one', 'a'],
    ])
  })

  it.each([
    ['workspace', [['workspaces']]],
    ['member', [['members'], ['workspaces']]],
    ['machine_account', [['machine-accounts'], ['workspaces']]],
    ['token', [['tokens'], ['machine-accounts', 'tokens']]],
    [
      'registry_crawl',
      [
        ['inventory', 'crawl', 'a'],
        ['inventory', 'history', 'a'],
      ],
    ],
    ['registry_hook', [['inventory', 'hook', 'a']]],
    [
      'registry_inventory',
      [
        ['registries', 'list'],
        ['registries', 'one', 'a'],
        ['inventory', 'spaces', 'a'],
        ['inventory', 'repositories', 'a'],
        ['inventory', 'history', 'a'],
        ['inventory', 'images'],
      ],
    ],
    [
      'repository',
      [
        ['inventory', 'repository', 'a'],
        ['inventory', 'description', 'a'],
        ['inventory', 'tags', 'a'],
        ['inventory', 'artifacts', 'a'],
        ['inventory', 'repositories'],
        ['inventory', 'history'],
        ['inventory', 'images'],
      ],
    ],
    [
      'user',
      [['session'], ['profile'], ['users', 'list'], ['users', 'one', 'a'], ['workspaces'], ['members']],
    ],
    ['session', [['session'], ['sessions'], ['users', 'sessions']]],
    ['registry', [['workspaces'], ['registries', 'list'], ['registries', 'one', 'a'], ['inventory', 'images']]],
    ['open_registry', [['registries', 'list'], ['registries', 'one', 'a'], ['inventory', 'images']]],
  ])('a change of a %s refetches what shows it', (topic, keys) => {
    last().change({ topic, object_id: 'a' })
    vi.advanceTimersByTime(300)
    expect(invalidated).toEqual(keys)
  })

  it('a reset refetches everything', () => {
    last().dispatchEvent(new Event('reset'))
    vi.advanceTimersByTime(300)
    expect(invalidated).toEqual(EVERYTHING)
  })

  it('a frame that cannot be read is passed over', () => {
    last().change('{half')
    last().change({ topic: 'token', object_id: 't' })
    vi.advanceTimersByTime(300)
    expect(invalidated).toEqual([['tokens'], ['machine-accounts', 'tokens']])
  })

  it('a refused feed is polled for, tried again, and everything is refetched once it is back', () => {
    last().readyState = 2
    last().dispatchEvent(new Event('error'))
    vi.advanceTimersByTime(2_000)
    expect(sources).toHaveLength(2)
    vi.advanceTimersByTime(14_000)
    expect(invalidated).toEqual(EVERYTHING)
    last().dispatchEvent(new Event('open'))
    vi.advanceTimersByTime(300)
    expect(invalidated).toEqual([...EVERYTHING, ...EVERYTHING])
  })

  it('ends with its page', () => {
    stop()
    expect(last().closed).toBe(true)
  })
})
