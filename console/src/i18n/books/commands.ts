import { book, type TextsOf } from '../book'

/** How something is fetched, on the pages of repositories and artifacts. */
export const commandsBook = book({
  en: async () => (await import('../en/books/commands')).commands,
  zh: async () => (await import('../zh/books/commands')).commands,
})

export type CommandTexts = TextsOf<typeof commandsBook>
