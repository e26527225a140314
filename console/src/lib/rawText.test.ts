import { describe, expect, it } from 'vitest'
import { plainText, textPieces } from './rawText'

describe('a text from elsewhere', () => {
  it('is left as it is while everything in it can be seen', () => {
    const text = 'Größe 100 %\n\t中文 <b>&amp;</b> 👩‍🚀'
    expect(textPieces(text)).toEqual([{ text, odd: false }])
    expect(textPieces('')).toEqual([])
  })

  it.each([
    ['\u202e', 'U+202E'],
    ['\u2066', 'U+2066'],
    ['\u200b', 'U+200B'],
    ['\u0000', 'U+0000'],
    ['\u001b', 'U+001B'],
    ['\r', 'U+000D'],
    ['\u0085', 'U+0085'],
    ['\ufeff', 'U+FEFF'],
    ['\u{e0041}', 'U+E0041'],
  ])('shows %j by its number', (character, number) => {
    expect(textPieces(`a${character}b`)).toEqual([
      { text: 'a', odd: false },
      { text: number, odd: true },
      { text: 'b', odd: false },
    ])
    expect(plainText(`a${character}b`)).toBe(`a⟨${number}⟩b`)
  })
})
