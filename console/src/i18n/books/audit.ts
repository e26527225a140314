import { book, type TextsOf } from '../book'

/** The audit log; its names of actions are also what a token may do. */
export const auditBook = book({
  en: async () => (await import('../en/books/audit')).audit,
  zh: async () => (await import('../zh/books/audit')).audit,
})

export type AuditTexts = TextsOf<typeof auditBook>
