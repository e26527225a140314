import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, it, vi } from 'vitest'
import { MOST_BYTES } from '../lib/markdown'
import { Markdown } from './Markdown'

// Bounds are counted below, never timed: the machine may have other things to do.
vi.setConfig({ testTimeout: 120_000 })

const TEXTS = { plain: 'As typed', image: 'Image', table: 'Table', footnotes: 'Footnotes', done: 'Done', open: 'To do' }

const markup = (text: string) => renderToStaticMarkup(<Markdown text={text} texts={TEXTS} />)

function laidOut(text: string): HTMLElement {
  const place = document.createElement('div')
  place.innerHTML = markup(text)
  return place
}

const isPlain = (place: HTMLElement) => place.querySelector('.markdown-plain') !== null

/** Everything an element of a description may have; and nothing else comes through, whatever was typed. */
const ATTRIBUTES: Record<string, readonly string[]> = {
  '*': ['class', 'dir', 'tabindex', 'role', 'aria-label', 'aria-hidden'],
  a: ['href', 'title', 'target', 'rel'],
  ol: ['start'],
  svg: ['xmlns', 'width', 'height', 'viewbox', 'fill', 'stroke', 'stroke-width', 'stroke-linecap', 'stroke-linejoin'],
  path: ['d'],
}
const ELEMENTS =
  'a blockquote br code del div em h3 h4 h5 h6 hr li ol p path pre section span strong sup svg table tbody td th thead tr ul'.split(
    ' ',
  )

/** What is wrong with a description on the page. */
function dangers(place: HTMLElement): string[] {
  const found: string[] = []
  for (const element of place.querySelectorAll('*')) {
    const name = element.tagName.toLowerCase()
    if (!ELEMENTS.includes(name)) found.push(`<${name}>`)
    for (const { name: attribute, value } of element.attributes) {
      const known = [...(ATTRIBUTES['*'] ?? []), ...(ATTRIBUTES[name] ?? [])]
      if (!known.includes(attribute.toLowerCase())) found.push(`${name}[${attribute}]`)
      if (attribute === 'href' && !/^(https?:\/\/|mailto:)/.test(value)) found.push(`leads to ${value}`)
    }
    if (name === 'a') {
      if (element.getAttribute('target') !== '_blank') found.push('a link without a page of its own')
      if (element.getAttribute('rel') !== 'noreferrer noopener nofollow') found.push('a link that tells where it is')
      if (element.parentElement?.closest('a')) found.push('a link in a link')
    }
  }
  return found
}

const HOSTILE = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '<img src="https://tracker.example/p.gif">',
  '<svg/onload=alert(1)>',
  '<svg><a xlink:href="javascript:alert(1)">x</a></svg>',
  '<iframe src="javascript:alert(1)"></iframe>',
  '<a href="javascript:alert(1)">x</a>',
  '<details open ontoggle=alert(1)>',
  '<style>body{display:none}</style>',
  '<link rel=stylesheet href=https://evil.example/a.css>',
  '<meta http-equiv=refresh content="0;url=https://evil.example">',
  '<base href=https://evil.example>',
  '<form action=https://evil.example><input name=password></form>',
  '<!--<img src="--><img src=x onerror=alert(1)//">',
  '<math><mi xlink:href="data:x,<script>alert(1)</script>">',
  '[x](javascript:alert(1))',
  '[x](JaVaScRiPt:alert(1))',
  '[x]( javascript:alert(1))',
  '[x](java&#10;script:alert(1))',
  '[x](javascript&colon;alert(1))',
  '[x](&#x6A;avascript:alert(1))',
  '[x](\u0001javascript:alert(1))',
  '[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)',
  '[x](vbscript:alert(1))',
  '[x](//evil.example)',
  '[x](/api/v1/session)',
  '[x](https://ok.example "\\" onmouseover=\\"alert(1)")',
  '[x](https://ok.example/"onmouseover="alert(1))',
  '<javascript:alert(1)>',
  '<https://ok.example/"onclick=alert(1)>',
  '[x][r]\n\n[r]: javascript:alert(1)',
  '![x](javascript:alert(1))',
  '![x](data:image/svg+xml,<svg/onload=alert(1)>)',
  '![x](https://tracker.example/p.gif)',
  '![x][r]\n\n[r]: https://tracker.example/p.gif',
  '![" onerror="alert(1)](https://tracker.example/p.gif)',
  '[![x](https://tracker.example/p.gif)](https://ok.example)',
  '[![x](https://tracker.example/p.gif)](javascript:alert(1))',
  '[a [b](https://b.example) c](https://a.example)',
  '[a <https://b.example> c](https://a.example)',
  '[a https://b.example c](https://a.example)',
  '![a [b](https://b.example) c](https://a.example/p.png)',
  '```html"onclick=alert(1)\n<script>alert(1)</script>\n```',
  '`<script>alert(1)</script>`',
  '- [ ] <img src=x onerror=alert(1)>\n- [x] done',
  'a[^1]\n\n[^1]: <script>alert(1)</script> [x](javascript:alert(1))',
  'a[^__proto__]\n\n[^__proto__]: b',
  '[constructor]\n\n[constructor]: javascript:alert(1)',
  '| a | b |\n|:-:|--:|\n| <script>alert(1)</script> | [x](javascript:alert(1)) |',
  '# <script>alert(1)</script> {#id onclick=alert(1)}',
  'www.evil.example/<script>',
  'https://ok.example/<img src=x onerror=alert(1)>',
  'x@evil.example"onclick=alert(1)',
  '<div style="background:url(https://tracker.example)">',
  '&lt;script&gt;alert(1)&lt;/script&gt;',
  '\u202e<script>alert(1)</script>',
  '{{constructor.constructor("alert(1)")()}}',
]

describe('sec_11 what is written in a description', () => {
  it('runs nothing, fetches nothing and leads only to other pages', () => {
    for (const text of HOSTILE) {
      const place = laidOut(text)
      expect(dangers(place), text).toEqual([])
      expect(isPlain(place), text).toBe(false)
    }
    // Whatever stands around it.
    const together = laidOut(HOSTILE.join('\n\n'))
    expect(isPlain(together)).toBe(false)
    expect(dangers(together)).toEqual([])
  })

  it('stays harmless cut off and mixed at any place', () => {
    // A generator of its own, so that a failure can be repeated.
    let state = 20_261_129
    const next = (below: number) => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
      return Math.floor((state / 2 ** 32) * below)
    }
    for (let round = 0; round < 250; round += 1) {
      let text = ''
      for (let piece = 0; piece < 4; piece += 1) {
        const from = HOSTILE[next(HOSTILE.length)] ?? ''
        const cut = next(from.length)
        text += from.slice(cut, cut + 1 + next(from.length)) + (['', ' ', '\n', '\n\n', '> ', '- '][next(6)] ?? '')
      }
      expect(dangers(laidOut(text)), text).toEqual([])
    }
  })
})

describe('a text in Markdown', () => {
  it('keeps its form, below the headings of the page', () => {
    const text = '# A\n\n## B\n\n###### C\n\n*a* **b** ~~c~~ `d`\n\n> e\n\n3. f\n\n- [x] g\n- [ ] h\n\n---\n\n|a|b|\n|-|-:|\n|1|2|'
    const place = laidOut(text)
    const names = ['h3', 'h4', 'h6', 'em', 'strong', 'del', 'code', 'blockquote', 'ol', 'ul', 'hr', 'table']
    for (const name of names) expect(place.querySelector(name), name).not.toBeNull()
    for (const name of ['h1', 'h2']) expect(place.querySelector(name), name).toBeNull()
    expect(place.querySelector('ol')?.getAttribute('start')).toBe('3')
    expect(place.querySelectorAll('.align-right')).toHaveLength(2)
    expect([...place.querySelectorAll('[role="img"]')].map((sign) => sign.getAttribute('aria-label'))).toEqual([
      'Done',
      'To do',
    ])
  })

  it('tells where a link leads, and shows an image as a link with its name', () => {
    const place = laidOut('[bank](https://other.example/)\n\n![the logo](https://img.example/logo.png)\n\n![](https://img.example/)')
    const links = [...place.querySelectorAll('a')].map((link) => [link.textContent, link.getAttribute('title')])
    expect(links).toEqual([
      ['bank', 'https://other.example/'],
      ['the logo', 'https://img.example/logo.png'],
      ['Image', 'https://img.example/'],
    ])
  })

  it('keeps footnotes with a heading in the language in use, and no way within the page', () => {
    const place = laidOut('a[^1]\n\n[^1]: b')
    expect(place.querySelector('section h4')?.textContent).toBe('Footnotes')
    expect(place.querySelector('sup')?.textContent).toBe('1')
    expect(place.querySelector('section li')?.textContent?.trim()).toBe('b')
    expect(place.querySelectorAll('a, [id]')).toHaveLength(0)
  })

  it('keeps the words of a link that leads nowhere', () => {
    expect(laidOut('[read me](docs/README.md)').textContent).toBe('read me')
    expect(laidOut('[read me](javascript:alert)').querySelector('a')).toBeNull()
  })
})

const full = (piece: string) => piece.repeat(Math.floor(MOST_BYTES / piece.length))

describe('a text that would keep a page busy', () => {
  it.each([
    ['brackets', full('[')],
    ['stars', full('*')],
    ['quotes', full('>')],
    ['unmatched marks', full('*a _b ')],
    ['images', full('![')],
    ['links in links', `${'['.repeat(20_000)}a${'](b)'.repeat(10_000)}`],
    ['a deep list', Array.from({ length: 250 }, (_, depth) => `${'  '.repeat(depth)}- a`).join('\n')],
    ['stars in stars', `${'*'.repeat(30_000)}a${'*'.repeat(30_000)}`],
    ['short lines', full('a\n')],
    ['headings', full('# a\n')],
    ['definitions', full('[a]: b\n\n')],
    ['a table of many empty cells', `${'|a'.repeat(5_000)}|\n${'|-'.repeat(5_000)}|\n${full('|b\n').slice(0, 40_000)}`],
  ])('of %s is shown as it was typed', (_, text) => {
    const place = laidOut(text)
    expect(isPlain(place)).toBe(true)
    expect(place.querySelectorAll('*').length).toBeLessThan(10)
    expect(place.querySelector('pre')?.textContent?.length).toBe(text.length)
  })

  it.each([
    ['a long link in many places', `[a]: https://e.example/${'x'.repeat(20_000)}\n\n${'[a] [a] [a]\n\n'.repeat(1_800)}`],
    ['sentences', full('A sentence with a [link](https://example.com), `code` and *stress*.\n\n')],
    ['the most marks there may be', `${'*a _b '.repeat(490)}\n\n`.repeat(22)],
    ['the most marks that close', `${'*a _b '.repeat(10)}${'c~ '.repeat(900)}\n\n`.repeat(20)],
    ['the most brackets there may be', `${'!['.repeat(490)}\n\n`.repeat(60)],
    ['nested quotes', `${'> '.repeat(15)}a\n${'b\n'.repeat(3_900)}`],
    ['the widest table', `${'|a'.repeat(80)}|\n${'|-'.repeat(80)}|\n${'|b\n'.repeat(90)}`],
    ['one word', full('a')],
    ['an address', full('a.')],
  ])('is not one of %s, which stay within bounds', (_, text) => {
    const place = laidOut(text)
    expect(isPlain(place)).toBe(false)
    expect(dangers(place)).toEqual([])
    expect(place.querySelectorAll('*').length).toBeLessThan(20_000)
    expect(place.innerHTML.length).toBeLessThan(20 * MOST_BYTES)
  })
})
