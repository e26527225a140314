import { beforeEach, describe, expect, it } from 'vitest'
import { shortcutOf, singleKeysWanted, takesLetters, wantSingleKeys } from './shortcuts'

const key = (name: string, held: Partial<Record<'ctrlKey' | 'metaKey' | 'altKey', true>> = {}) => ({
  key: name,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  ...held,
})
const free = { typing: false, covered: false, singleKeys: true }

describe('shortcutOf', () => {
  it('opens the palette with Ctrl or Cmd, also while typing', () => {
    expect(shortcutOf(key('k', { ctrlKey: true }), free)).toBe('palette')
    expect(shortcutOf(key('K', { metaKey: true }), { ...free, typing: true })).toBe('palette')
  })

  it('leaves other keys with Ctrl, Cmd or Alt to the browser', () => {
    expect(shortcutOf(key('f', { ctrlKey: true }), free)).toBeNull()
    expect(shortcutOf(key('k', { ctrlKey: true, metaKey: true }), free)).toBeNull()
    expect(shortcutOf(key('/', { altKey: true }), free)).toBeNull()
    expect(shortcutOf(key('/', { ctrlKey: true }), free)).toBeNull()
  })

  it('takes single keys only where no letters are typed', () => {
    expect(shortcutOf(key('/'), free)).toBe('filter')
    expect(shortcutOf(key('?'), free)).toBe('help')
    expect(shortcutOf(key('/'), { ...free, typing: true })).toBeNull()
    expect(shortcutOf(key('k'), free)).toBeNull()
  })

  it('can do without single keys', () => {
    expect(shortcutOf(key('?'), { ...free, singleKeys: false })).toBeNull()
    expect(shortcutOf(key('k', { ctrlKey: true }), { ...free, singleKeys: false })).toBe('palette')
  })

  it('does nothing under an open dialog', () => {
    expect(shortcutOf(key('k', { ctrlKey: true }), { ...free, covered: true })).toBeNull()
    expect(shortcutOf(key('?'), { ...free, covered: true })).toBeNull()
  })
})

describe('takesLetters', () => {
  it.each([
    ['<input>', true],
    ['<input type="search">', true],
    ['<textarea></textarea>', true],
    ['<select></select>', true],
    ['<input type="checkbox">', false],
    ['<button></button>', false],
  ])('%s: %s', (html, expected) => {
    document.body.innerHTML = html
    expect(takesLetters(document.body.firstElementChild)).toBe(expected)
  })

  it('nothing has the focus', () => expect(takesLetters(null)).toBe(false))
})

describe('the choice about single keys', () => {
  beforeEach(() => localStorage.clear())

  it('is kept', () => {
    expect(singleKeysWanted()).toBe(true)
    wantSingleKeys(false)
    expect(singleKeysWanted()).toBe(false)
    wantSingleKeys(true)
    expect(singleKeysWanted()).toBe(true)
  })
})
