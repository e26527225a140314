import { describe, expect, it } from 'vitest'
import { bytesOf, canBeLaidOut, changedLines, MOST_BYTES, safeLink, webLink } from './markdown'

describe('a link of a text', () => {
  it('leads to another page or a mail', () => {
    expect(safeLink('https://example.com/a?b#c')).toBe('https://example.com/a?b#c')
    expect(safeLink('HTTP://Example.com')).toBe('http://example.com/')
    expect(safeLink('mailto:team@example.com')).toBe('mailto:team@example.com')
  })

  it.each([
    'javascript:alert(1)',
    ' JaVaScRiPt:alert(1)',
    'java\nscript:alert(1)',
    'java\tscript:alert(1)',
    '\u0001javascript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'vbscript:msgbox(1)',
    'blob:https://example.com/1',
    'file:///etc/passwd',
    'ftp://example.com',
    'view-source:https://example.com',
    '/registries',
    '//example.com/a',
    '#users',
    'registries?x',
    '',
    'https://',
    'https://console.example@evil.example/',
    'https://a:b@evil.example/',
    `https://example.com/${'a'.repeat(3_000)}`,
  ])('does not lead to %s', (link) => {
    expect(safeLink(link)).toBeUndefined()
  })
})

describe('an address of a chart', () => {
  it('leads to a page of the web', () => {
    expect(webLink('https://example.com/charts')).toBe('https://example.com/charts')
    expect(webLink('http://example.com')).toBe('http://example.com/')
  })

  it.each([
    'mailto:team@example.com',
    'oci://example.com/charts',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'data:text/html,x',
    '@alias',
    'example.com',
    'https://a:b@evil.example/',
    '',
  ])('sec_11 does not lead to %s', (link) => {
    expect(webLink(link)).toBeUndefined()
  })
})

describe('the length of a text', () => {
  it('is counted in the bytes the server keeps', () => {
    expect(bytesOf('a\r\nb\rc')).toBe(5)
    expect(bytesOf('é汉🚀')).toBe(9)
  })
})

const full = (piece: string) => piece.repeat(Math.floor(MOST_BYTES / bytesOf(piece)))

describe('a text that can be laid out', () => {
  it.each([
    ['words', full('A sentence with a [link](https://example.com), `code` and *stress*.\n\n')],
    ['a list', full('- [name](https://example.com/a) does **this**\n')],
    ['code full of marks', `\`\`\`sh\n${full('list[1]=*pointer; other[2]=**more\n').slice(0, -100)}\n\`\`\`\n`],
    ['a table', `| a | b | c |\n|---|---|---|\n${'| [x](https://example.com) | y | z |\n'.repeat(150)}`],
    ['quotes in quotes', '> > > a\n'.repeat(100)],
    ['lists in lists', '- a\n  - b\n    - c\n      1. d\n'.repeat(100)],
  ])('is one of %s', (_, text) => {
    expect(canBeLaidOut(text)).toBe(true)
  })

  it.each([
    ['brackets', full('[')],
    ['stars', full('*')],
    ['marks that never match', full('*a _b ')],
    ['images that never end', full('![')],
    ['links that never end', full('[a](b')],
    ['marks over many lines', full('*a\n_b\n')],
    ['quotes without an end', full('>')],
    ['lists on one line', full('- ')],
    ['numbers on one line', full('1. ')],
    ['a list that goes on inwards', Array.from({ length: 250 }, (_, depth) => `${'  '.repeat(depth)}- a`).join('\n')],
    ['short lines', full('a\n')],
    ['definitions', full('[a]: b\n\n')],
    ['a wide table with short rows', `${'|a'.repeat(5_000)}|\n${'|-'.repeat(5_000)}|\n${'|b\n'.repeat(5_000)}`],
    ['more bytes than there may be', full('a') + 'b'],
  ])('is none of %s', (_, text) => {
    expect(canBeLaidOut(text)).toBe(false)
  })
})

describe('what somebody else changed', () => {
  it('is the lines between what is alike', () => {
    expect(changedLines('a\nb\nc\nd', 'a\nx\ny\nd')).toEqual({ removed: ['b', 'c'], added: ['x', 'y'] })
    expect(changedLines('a\nb', 'a\nb\nc')).toEqual({ removed: [], added: ['c'] })
    expect(changedLines('a\na', 'a')).toEqual({ removed: ['a'], added: [] })
    expect(changedLines('', 'a')).toEqual({ removed: [], added: ['a'] })
    expect(changedLines('a', '')).toEqual({ removed: ['a'], added: [] })
    expect(changedLines('a', 'a')).toEqual({ removed: [], added: [] })
  })
})
