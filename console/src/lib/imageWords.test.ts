import { describe, expect, it } from 'vitest'
import { markedPieces, searchWords } from './imageWords'

describe('the words of a search', () => {
  it.each([
    ['Gate', [], 'gate'],
    ['app:1.2', ['app'], '1.2'],
    ['team api 1.', ['team', 'api'], '1.'],
    ['app:', [], 'app'],
    ['registry.example.com:5000/team/api:1.2', ['team/api'], '1.2'],
    ['https://localhost/team/api', [], 'team/api'],
    ['team/api', [], 'team/api'],
    ['api@sha256:0a1b', ['api', 'sha256'], '0a1b'],
    [' ', [], ''],
  ])('%s', (text, ofName, last) => {
    expect(searchWords(text)).toEqual({ ofName, last })
  })
})

describe('the pieces of a text', () => {
  const marked = (text: string, ...words: string[]) =>
    markedPieces(text, words)
      .map((piece) => (piece.hit ? `[${piece.text}]` : piece.text))
      .join('')

  it('mark every place a word occurs at, in its own case', () => {
    expect(marked('team/Api-api', 'api')).toBe('team/[Api]-[api]')
  })

  it('join what overlaps or touches', () => {
    expect(marked('gateway', 'gate', 'tew', 'ay')).toBe('[gateway]')
  })

  it('are the text itself where nothing is looked for or found', () => {
    expect(marked('gateway')).toBe('gateway')
    expect(marked('gateway', '', 'x')).toBe('gateway')
    expect(markedPieces('', ['a'])).toEqual([])
  })

  it('mark nothing where lower case is longer than the text', () => {
    expect(marked('İapi', 'api')).toBe('İapi')
  })

  it('take letters for what they are and not for a pattern', () => {
    expect(marked('<img>.*', '.*')).toBe('<img>[.*]')
  })
})
