import { book, type TextsOf } from '../book'

/** What goes when a tag or an artifact is deleted, and why it may not. */
export const deletionBook = book({
  en: async () => (await import('../en/books/deletion')).deletion,
  zh: async () => (await import('../zh/books/deletion')).deletion,
})

export type DeletionTexts = TextsOf<typeof deletionBook>
