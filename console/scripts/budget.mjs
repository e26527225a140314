// Fails when the built console outgrows what a first visit may cost. Run after `npm run build`.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'

const KIB = 1024
const LIMITS = { firstLoadJs: 180 * KIB, css: 18 * KIB, lazyRoute: 30 * KIB, fonts: 50_000 }
/** What is no page, and comes after one that can be read without it. */
const AFTER_PAGE = { Markdown: 46 * KIB }

const dist = new URL('../dist/', import.meta.url).pathname
const manifest = JSON.parse(readFileSync(new URL('../node_modules/.console-manifest.json', import.meta.url), 'utf8'))

const compressed = (file) => statSync(join(dist, `${file}.br`)).size

/** The chunk of `key` with everything it imports statically. */
function closure(key, seen = new Set()) {
  if (seen.has(key)) return seen
  seen.add(key)
  for (const imported of manifest[key].imports ?? []) closure(imported, seen)
  return seen
}

const entryKey = Object.keys(manifest).find((key) => manifest[key].isEntry)
const first = closure(entryKey)

// A visitor loads exactly one dictionary before the first paint: count the larger.
const isText = (key) => /i18n\/(en|zh)\//.test(manifest[key].src ?? key)
const dictionaries = Object.keys(manifest).filter((key) => /i18n\/(en|zh)\/index\.ts$/.test(key))
const sizeBeyondFirst = (key) =>
  [...closure(key)].filter((chunk) => !first.has(chunk)).reduce((sum, chunk) => sum + compressed(manifest[chunk].file), 0)
const firstLoadJs =
  [...first].reduce((sum, key) => sum + compressed(manifest[key].file), 0) +
  Math.max(0, ...dictionaries.map(sizeBeyondFirst))

const root = new URL('../', import.meta.url).pathname

/** The books that a source file, or anything it imports statically, reads from. */
function booksOf(file, seen = new Set(), books = new Set()) {
  if (seen.has(file)) return books
  seen.add(file)
  const book = /i18n\/books\/(\w+)\.ts$/.exec(file)
  if (book) books.add(book[1])
  for (const [, path] of readFileSync(join(root, file), 'utf8').matchAll(/^(?:import|\}) (?!type\b).*?'(\.[^']+)'$/gm)) {
    const stem = join(dirname(file), path)
    const found = [`${stem}.ts`, `${stem}.tsx`].find((each) => existsSync(join(root, each)))
    if (found) booksOf(found, seen, books)
  }
  return books
}

// Whoever opens a screen fetches its books with it, in one language: count the larger of each.
const bookSize = (book) => Math.max(...['en', 'zh'].map((language) => sizeBeyondFirst(`src/i18n/${language}/books/${book}.ts`)))
const lazySize = (key) => [...booksOf(manifest[key].src)].reduce((sum, book) => sum + bookSize(book), sizeBeyondFirst(key))

const assets = readdirSync(join(dist, 'assets'))
const css = assets.filter((name) => name.endsWith('.css')).reduce((sum, name) => sum + compressed(`assets/${name}`), 0)
const fonts = assets.filter((name) => name.endsWith('.woff2')).reduce((sum, name) => sum + statSync(join(dist, 'assets', name)).size, 0)

const rows = [
  ['first-load JS (br)', firstLoadJs, LIMITS.firstLoadJs],
  ['CSS (br)', css, LIMITS.css],
  ['fonts', fonts, LIMITS.fonts],
]
for (const key of Object.keys(manifest)) {
  if (manifest[key].isDynamicEntry && !isText(key)) rows.push([`lazy ${manifest[key].name} (br)`, lazySize(key), AFTER_PAGE[manifest[key].name] ?? LIMITS.lazyRoute])
}

let failed = false
for (const [name, size, limit] of rows) {
  const over = size > limit
  failed ||= over
  console.log(`${over ? 'OVER ' : 'ok   '} ${name.padEnd(34)} ${(size / KIB).toFixed(1).padStart(7)} of ${(limit / KIB).toFixed(1)} KiB`)
}
process.exit(failed ? 1 : 0)
