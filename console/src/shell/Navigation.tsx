import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { IconAnchor, IconHistory, IconUsers } from '@tabler/icons-react'
import { type ReactNode, useId } from 'react'
import { allowance, sessionQuery } from '../api/session'
import { useTexts } from '../i18n/context'

interface NavigationProps {
  head?: ReactNode
  onNavigate?: () => void
}

/** The places of the console. Only what exists has an entry. */
export function Navigation({ head, onNavigate }: NavigationProps) {
  const texts = useTexts()
  const platformId = useId()
  const { data: session } = useQuery(sessionQuery)
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
        {session && allowance(session.allowed_actions, 'user.read').allowed && (
          <li>
            <Link className="nav-link" to="/users" search={{}} activeOptions={{ includeSearch: false }} onClick={onNavigate}>
              <IconUsers size={17} stroke={1.7} aria-hidden />
              {texts.people.nav}
            </Link>
          </li>
        )}
      </ul>
    </nav>
  )
}
