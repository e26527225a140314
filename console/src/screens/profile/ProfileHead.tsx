import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useTexts } from '../../i18n/context'
import { PageTitle } from '../../ui/PageTitle'

interface ProfileHeadProps {
  title: string
  meaning?: string
  action?: ReactNode
}

/** The top of each page about oneself, with the way to the others. */
export function ProfileHead({ title, meaning, action }: ProfileHeadProps) {
  const { people, tokens } = useTexts()
  return (
    <>
      <div className="page-head">
        <div>
          <PageTitle title={title} />
          {meaning && <p className="page-sub">{meaning}</p>}
        </div>
        {action}
      </div>
      <nav className="tabs" aria-label={people.profile.tabs}>
        <ul>
          <li>
            <Link to="/profile" activeOptions={{ exact: true }}>
              {people.profile.title}
            </Link>
          </li>
          <li>
            <Link to="/profile/sessions">{people.sessions.title}</Link>
          </li>
          <li>
            <Link to="/profile/tokens" search={{}} activeOptions={{ includeSearch: false }}>
              {tokens.title}
            </Link>
          </li>
        </ul>
      </nav>
    </>
  )
}
