import { book, type TextsOf } from '../book'

/** The list of images over all registries, and the search in it. */
export const imagesBook = book({
  en: async () => (await import('../en/books/images')).images,
  zh: async () => (await import('../zh/books/images')).images,
})

export type ImagesTexts = TextsOf<typeof imagesBook>
