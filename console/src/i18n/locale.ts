import type { Texts } from './en'

export const LOCALES = ['en', 'zh'] as const
export type Locale = (typeof LOCALES)[number]

const STORAGE_KEY = 'roadstead-locale'

/** The language tag for `lang` attributes and `Intl`. */
export const LANGUAGE_TAG: Record<Locale, string> = { en: 'en', zh: 'zh-CN' }

/** Picks the first wanted language that the console speaks; English when it speaks none of them. */
export function matchLocale(wanted: readonly string[]): Locale {
  for (const tag of wanted) {
    const primary = tag.toLowerCase().split('-')[0]
    const match = LOCALES.find((locale) => locale === primary)
    if (match) return match
  }
  return 'en'
}

/** The language chosen earlier, else the browser's. */
export function detectLocale(): Locale {
  const stored = readStored()
  return LOCALES.find((locale) => locale === stored) ?? matchLocale(navigator.languages ?? [navigator.language])
}

// Storage can be switched off in a browser; the choice then lasts as long as the page.
function readStored(): string | null {
  try {
    return localStorage.getItem(STORAGE_KEY)
  } catch {
    return null
  }
}

/** Keeps the chosen language for the next visit. */
export function storeLocale(locale: Locale): void {
  try {
    localStorage.setItem(STORAGE_KEY, locale)
  } catch {
    return
  }
}

/** Fetches one dictionary; the other languages' are never downloaded. */
export async function loadTexts(locale: Locale): Promise<Texts> {
  switch (locale) {
    case 'en':
      return (await import('./en')).en
    case 'zh':
      return (await import('./zh')).zh
  }
}
