import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from 'react'
import { turnBooks } from './book'
import type { Texts } from './en'
import { createFormatters, type Formatters } from './format'
import { LANGUAGE_TAG, loadTexts, type Locale, storeLocale } from './locale'

interface I18n {
  locale: Locale
  texts: Texts
  format: Formatters
  setLocale: (locale: Locale) => Promise<void>
}

const I18nContext = createContext<I18n | null>(null)

interface I18nProviderProps {
  initialLocale: Locale
  initialTexts: Texts
  children: ReactNode
}

/** Holds the language; the first dictionary is loaded before the first paint. */
export function I18nProvider({ initialLocale, initialTexts, children }: I18nProviderProps) {
  const [current, setCurrent] = useState({ locale: initialLocale, texts: initialTexts })

  useEffect(() => {
    document.documentElement.lang = LANGUAGE_TAG[current.locale]
  }, [current.locale])

  const setLocale = useCallback(async (locale: Locale) => {
    const [texts] = await Promise.all([loadTexts(locale), turnBooks(locale)])
    storeLocale(locale)
    setCurrent({ locale, texts })
  }, [])

  const value = useMemo<I18n>(
    () => ({ ...current, format: createFormatters(current.locale), setLocale }),
    [current, setLocale],
  )
  return <I18nContext value={value}>{children}</I18nContext>
}

/** The language in use: its texts, its formatters, and how to change it. */
export function useI18n(): I18n {
  const value = useContext(I18nContext)
  if (value === null) throw new Error('useI18n needs an I18nProvider above it')
  return value
}

/** The texts of the language in use. */
export function useTexts(): Texts {
  return useI18n().texts
}
