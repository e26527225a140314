import { describe, expect, it } from 'vitest'
import { beginning } from './prettyJson'

describe('the beginning of a text', () => {
  it('is JSON laid out, each value as it was written', () => {
    const text = '{"big":12345678901234567890,"a":{},"b":[ ],"list":[1,{"x":"y, {z}"}],"a":"\\u0041\\"","n":null}'
    expect(beginning(text, 1_000)).toEqual({
      text: [
        '{',
        '  "big": 12345678901234567890,',
        '  "a": {},',
        '  "b": [],',
        '  "list": [',
        '    1,',
        '    {',
        '      "x": "y, {z}"',
        '    }',
        '  ],',
        '  "a": "\\u0041\\"",',
        '  "n": null',
        '}',
      ].join('\n'),
      cut: false,
    })
  })

  it.each(['', 'plain', '{"a":', '{"a":1} trailing', '<html>', '12', '"text"'])('%j is left as it is', (text) => {
    expect(beginning(text, 100)).toEqual({ text, cut: false })
  })

  it('is cut where it is long, between characters', () => {
    expect(beginning('x'.repeat(10), 4)).toEqual({ text: 'xxxx', cut: true })
    expect(beginning('👩👩', 3)).toEqual({ text: '👩', cut: true })
    const long = JSON.stringify({ list: Array.from({ length: 100_000 }, (_, at) => at) })
    const shown = beginning(long, 200)
    expect(shown.cut).toBe(true)
    expect(shown.text).toHaveLength(200)
  })

  it('of one word as long as a manifest may be is cut like any other', () => {
    for (const word of ['x'.repeat(4 << 20), '\\n'.repeat(2 << 20)]) {
      const shown = beginning(`{"a":"${word}"}`, 100)
      expect(shown.cut).toBe(true)
      expect(shown.text).toHaveLength(100)
    }
  })

  it('of brackets without end is not laid out', () => {
    const deep = '['.repeat(5_000) + ']'.repeat(5_000)
    expect(beginning(deep, 8_000)).toEqual({ text: deep.slice(0, 8_000), cut: true })
  })
})
