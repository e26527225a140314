import { book, type TextsOf } from '../book'

/** What people write about a repository. */
export const descriptionBook = book({
  en: async () => (await import('../en/books/description')).description,
  zh: async () => (await import('../zh/books/description')).description,
})

export type DescriptionTexts = TextsOf<typeof descriptionBook>
