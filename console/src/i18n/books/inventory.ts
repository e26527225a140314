import { book, type TextsOf } from '../book'

/** What a registry holds, in the lists and on the pages of its repositories. */
export const inventoryBook = book({
  en: async () => (await import('../en/books/inventory')).inventory,
  zh: async () => (await import('../zh/books/inventory')).inventory,
})

export type InventoryTexts = TextsOf<typeof inventoryBook>
