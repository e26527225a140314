import { describe, expect, it } from 'vitest'
import openapi from '../../../openapi.json'
import type { Book } from './book'
import { en } from './en'
import { glossary } from './glossary'
import type { Locale } from './locale'
import { reasonText } from './problemText'
import { zh } from './zh'

type Leaf = string | ((...args: never[]) => string)

/** Every text by its path; functions are called with marks, so that what they put around them can be read. */
function leaves(node: object, path = ''): Map<string, string> {
  const found = new Map<string, string>()
  for (const [key, value] of Object.entries(node) as [string, Leaf | object][]) {
    const here = path === '' ? key : `${path}.${key}`
    if (typeof value === 'string') found.set(here, value)
    else if (typeof value === 'function') found.set(here, value(...(Array(value.length).fill('«x»') as never[])))
    else for (const [inner, text] of leaves(value, here)) found.set(inner, text)
  }
  return found
}

const bookFiles = import.meta.glob<Record<string, Book<object>>>('./books/*.ts', { eager: true })
const bookNames = Object.keys(bookFiles).map((path) => path.replace(/^.*\/|\.ts$/g, ''))

/** A dictionary with every book of its language. */
async function whole(dictionary: object, locale: Locale): Promise<Map<string, string>> {
  const books = Object.values(bookFiles).map((exported) => Object.values(exported)[0]?.load(locale) ?? {})
  const read = await Promise.all(books)
  return leaves({ ...dictionary, books: Object.fromEntries(read.map((texts, index) => [bookNames[index], texts])) })
}

const english = await whole(en, 'en')
const chinese = await whole(zh, 'zh')

describe('the two dictionaries', () => {
  it('are read with all their books', () => {
    for (const name of bookNames) {
      expect([...english.keys()].some((path) => path.startsWith(`books.${name}.`)), name).toBe(true)
    }
    expect(bookNames).toContain('inventory')
  })

  it('have the same texts', () => {
    expect([...chinese.keys()].sort()).toEqual([...english.keys()].sort())
  })

  it('have no empty text', () => {
    for (const [path, text] of [...english, ...chinese]) expect(text.trim(), path).not.toBe('')
  })

  it('put in the same values', () => {
    // Chinese has no plural, so a text may leave its number's form out but never the number.
    for (const [path, text] of english) {
      expect(chinese.get(path)?.includes('«x»'), path).toBe(text.includes('«x»'))
    }
  })

  it('have a text for every error code of the API document', () => {
    const codes = openapi.components.schemas.ErrorCode.enum
    expect(Object.keys(en.errors).sort()).toEqual([...codes].sort())
    expect(Object.keys(zh.errors).sort()).toEqual([...codes].sort())
  })

  it('use full-width punctuation in Chinese sentences', () => {
    for (const [path, text] of chinese) expect(text, path).not.toMatch(/[\u4e00-\u9fff][,;:?!]|[\u4e00-\u9fff]\.(\s|$)/)
  })
})

describe('the glossary', () => {
  // The name of a product or a host is not the word for the thing.
  const withoutNames = (text: string) => text.replaceAll('Docker Registry', '').replaceAll('registry.example.com', '')

  const pattern = (term: string) => {
    const stem = term.toLowerCase().replace(/y$/, '(y|ies)')
    return new RegExp(`\\b${stem}s?\\b`, 'i')
  }

  it.each(glossary.map((term) => [term.en, term] as const))('%s has one translation', (_, term) => {
    for (const [path, text] of english) {
      if (!pattern(term.en).test(withoutNames(text))) continue
      expect(chinese.get(path), path).toContain(term.zh)
    }
  })

  it('no other translation of a term is used', () => {
    for (const term of glossary) {
      for (const word of term.forbidden) {
        for (const [path, text] of chinese) expect(text, path).not.toContain(word)
      }
    }
  })
})

describe('a reason that is newer than the console', () => {
  it('is shown as the server wrote it', () => {
    expect(reasonText(en, 'DiskAlmostFull').short).toBe('Disk Almost Full')
  })
})
