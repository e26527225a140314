import type { ReactNode } from 'react'
import { useTexts } from '../i18n/context'
import { Logo } from '../ui/Logo'
import { LanguageButton } from './LanguageButton'
import { ThemeButton } from './ThemeButton'

/** The frame of the pages before signing in: one card, language and theme in the corner. */
export function Lobby({ children }: { children: ReactNode }) {
  const texts = useTexts()
  return (
    <div className="lobby">
      <div className="lobby-tools">
        <LanguageButton />
        <ThemeButton />
      </div>
      <main className="lobby-card card">
        <span className="brand lobby-brand">
          <Logo size={32} />
          {texts.product}
        </span>
        {children}
      </main>
    </div>
  )
}
