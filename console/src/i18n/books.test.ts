import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'

const source = join(import.meta.dirname, '..')

/** The books that a file, or anything it imports statically, reads from. */
function booksOf(file: string, seen = new Set<string>(), books = new Set<string>()): Set<string> {
  if (seen.has(file)) return books
  seen.add(file)
  const name = /i18n\/books\/(\w+)\.ts$/.exec(file)?.[1]
  if (name !== undefined) books.add(`${name}Book`)
  for (const [, path = ''] of readFileSync(file, 'utf8').matchAll(/^(?:import|\}) (?!type\b).*?'(\.[^']+)'$/gm)) {
    const stem = join(dirname(file), path)
    const found = [`${stem}.ts`, `${stem}.tsx`].find(existsSync)
    if (found !== undefined) booksOf(found, seen, books)
  }
  return books
}

const router = readFileSync(join(source, 'router.tsx'), 'utf8')
const screens = [...router.matchAll(/lazyScreen\(\s*\(\) => import\('\.\/([^']+)'\),\s*'\w+'([\w,\s]*)\)/g)].map(
  ([, path = '', books = '']) => ({ path, books: books.split(/[,\s]+/).filter(Boolean) }),
)

describe('a route', () => {
  it.each(screens)('fetches the books of $path with it, so that the page does not wait for them', ({ path, books }) => {
    expect(books.sort()).toEqual([...booksOf(join(source, `${path}.tsx`))].sort())
  })

  it('is found here whenever it is fetched late', () => {
    expect(screens).toHaveLength(router.split('lazyScreen(').length - 1)
  })
})
