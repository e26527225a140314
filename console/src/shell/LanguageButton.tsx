import { IconLanguage } from '@tabler/icons-react'
import { useI18n } from '../i18n/context'
import { LANGUAGE_TAG } from '../i18n/locale'
import { IconButton } from '../ui/IconButton'

/** Switches to the other language; its label is written in that language. */
export function LanguageButton() {
  const { locale, texts, setLocale } = useI18n()
  const other = locale === 'en' ? 'zh' : 'en'
  return (
    <IconButton label={texts.switchLanguage} lang={LANGUAGE_TAG[other]} onClick={() => void setLocale(other)}>
      <IconLanguage size={18} stroke={1.7} aria-hidden />
    </IconButton>
  )
}
