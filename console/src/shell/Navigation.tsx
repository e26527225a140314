import { Link } from '@tanstack/react-router'
import { IconAnchor } from '@tabler/icons-react'
import { useId } from 'react'
import { useTexts } from '../i18n/context'

/** The places of the console. Only what exists has an entry. */
export function Navigation({ onNavigate }: { onNavigate?: () => void }) {
  const texts = useTexts()
  const platformId = useId()
  return (
    <nav aria-label={texts.shell.navigation}>
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
      </ul>
    </nav>
  )
}
