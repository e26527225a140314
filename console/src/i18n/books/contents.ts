import { book } from '../book'

/** What artifacts are made of, from their registries. */
export const contentsBook = book({
  en: async () => (await import('../en/books/contents')).contents,
  zh: async () => (await import('../zh/books/contents')).contents,
})
