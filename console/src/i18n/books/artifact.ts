import { book, type TextsOf } from '../book'

/** The page of one artifact. */
export const artifactBook = book({
  en: async () => (await import('../en/books/artifact')).artifact,
  zh: async () => (await import('../zh/books/artifact')).artifact,
})

export type ArtifactTexts = TextsOf<typeof artifactBook>
