import { Link } from '@tanstack/react-router'
import { IconAnchor, IconHistory } from '@tabler/icons-react'
import { type ReactNode, useId } from 'react'
import { useTexts } from '../i18n/context'

interface NavigationProps {
  head?: ReactNode
  onNavigate?: () => void
}

/** The places of the console. Only what exists has an entry. */
export function Navigation({ head, onNavigate }: NavigationProps) {
  const texts = useTexts()
  const platformId = useId()
  return (
    <nav aria-label={texts.shell.navigation}>
      {head}
      <div className="nav-section" id={platformId}>
        {texts.nav.platform}
      </div>
      <ul aria-labelledby={platformId}>
        <li>
          <Link className="nav-link" to="/registries" search={{}} activeOptions={{ includeSearch: false }} onClick={onNavigate}>
            <IconAnchor size={17} stroke={1.7} aria-hidden />
            {texts.nav.registries}
          </Link>
        </li>
        <li>
          <Link className="nav-link" to="/audit" search={{}} activeOptions={{ includeSearch: false }} onClick={onNavigate}>
            <IconHistory size={17} stroke={1.7} aria-hidden />
            {texts.nav.audit}
          </Link>
        </li>
      </ul>
    </nav>
  )
}
