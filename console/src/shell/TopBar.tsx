import { IconMenu2 } from '@tabler/icons-react'
import type { Session } from '../api/types'
import { useTexts } from '../i18n/context'
import { IconButton } from '../ui/IconButton'
import { Logo } from '../ui/Logo'
import { AccountMenu } from './AccountMenu'
import { LanguageButton } from './LanguageButton'
import { LiveIndicator } from './LiveIndicator'
import { Search } from './Search'
import { ThemeButton } from './ThemeButton'

interface TopBarProps {
  session: Session
  onOpenNavigation: () => void
}

export function TopBar({ session, onOpenNavigation }: TopBarProps) {
  const texts = useTexts()
  return (
    <header className="top">
      <div className="top-narrow">
        <IconButton label={texts.shell.openNavigation} withTip={false} onClick={onOpenNavigation}>
          <IconMenu2 size={19} stroke={1.7} aria-hidden />
        </IconButton>
        <span className="brand">
          <Logo size={24} />
          <span className="brand-name">{texts.product}</span>
        </span>
      </div>
      <LiveIndicator />
      <div className="top-tools">
        <Search />
        <LanguageButton />
        <ThemeButton />
        <AccountMenu session={session} />
      </div>
    </header>
  )
}
