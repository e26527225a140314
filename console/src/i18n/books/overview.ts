import { book } from '../book'

/** What stands on a registry’s overview. */
export const overviewBook = book({
  en: async () => (await import('../en/books/overview')).overview,
  zh: async () => (await import('../zh/books/overview')).overview,
})
