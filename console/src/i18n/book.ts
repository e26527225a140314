import { use } from 'react'
import { useI18n } from './context'
import type { Locale } from './locale'

/** Texts that only some screens need: fetched with them, one language at a time. */
export interface Book<T extends object> {
  /** Fetches it in a language, once; a fetch that failed is tried again by the next who asks. */
  load: (locale: Locale) => Promise<T>
  /** What was fetched of a language; undefined before. */
  read: (locale: Locale) => T | undefined
}

/** Every book somebody asked for: a change of language has to bring all of them. */
const open = new Set<Book<object>>()

/** What the books are opened in; the page itself keeps its language in its context. */
let language: Locale = 'en'

/** Says where a book's texts are. */
export function book<T extends object>(languages: Record<Locale, () => Promise<T>>): Book<T> {
  const asked = new Map<Locale, Promise<T>>()
  const fetched = new Map<Locale, T>()
  const self: Book<T> = {
    load(locale) {
      open.add(self)
      const before = asked.get(locale)
      if (before) return before
      const promise = languages[locale]()
      asked.set(locale, promise)
      promise.then(
        (texts) => fetched.set(locale, texts),
        () => asked.delete(locale),
      )
      return promise
    },
    read: (locale) => fetched.get(locale),
  }
  return self
}

/** Fetches what is open in another language, and what is opened meanwhile, so that nothing on the page waits after it. */
export async function turnBooks(locale: Locale): Promise<void> {
  for (;;) {
    const missing = [...open].filter((each) => each.read(locale) === undefined)
    if (missing.length === 0) break
    await Promise.all(missing.map((each) => each.load(locale)))
  }
  language = locale
}

/** Fetches books in the language in use, for the screen that is about to be shown. */
export async function openBooks(books: readonly Book<object>[]): Promise<void> {
  await Promise.all(books.map((each) => each.load(language)))
}

/** The texts of a book in the language in use. Its screen fetched it beforehand; without that, the page waits here. */
export function useBook<T extends object>(texts: Book<T>): T {
  const { locale } = useI18n()
  return texts.read(locale) ?? use(texts.load(locale))
}

export type TextsOf<B> = B extends Book<infer T> ? T : never
