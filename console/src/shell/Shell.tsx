import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Outlet } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import { useFollowChanges } from '../api/changes'
import { sessionQuery } from '../api/session'
import { useSessionLost } from '../api/sessionLost'
import type { Session } from '../api/types'
import { useTexts } from '../i18n/context'
import { useFetched } from '../lib/useFetched'
import { Logo } from '../ui/Logo'
import { Navigation } from './Navigation'
import { TopBar } from './TopBar'

// Fetched when the page stands, long before they are needed: when they are, the server may just be starting again.
const fetchOverlays = async () => (await import('./ShellOverlays')).ShellOverlays

/** What every signed-in page stands in. */
export function Shell() {
  const texts = useTexts()
  const queryClient = useQueryClient()
  const { data } = useQuery(sessionQuery)
  const { lost, restored } = useSessionLost()
  const [navigationOpened, setNavigationOpened] = useState(false)

  // The page under the sign-in dialog keeps showing whose it was.
  const lastSession = useRef<Session | null>(null)
  if (data) lastSession.current = data
  const session = data ?? lastSession.current

  const signedOut = lost || data === null
  useFollowChanges(queryClient, session !== null && !signedOut)

  const ShellOverlays = useFetched(fetchOverlays)

  if (session === null) return null
  return (
    <div className="shell">
      <a className="skip" href="#main">
        {texts.skipToContent}
      </a>
      <div className="side">
        <Navigation
          session={session}
          head={
            <span className="brand">
              <Logo />
              {texts.product}
            </span>
          }
        />
      </div>
      <TopBar session={session} onOpenNavigation={() => setNavigationOpened(true)} />
      <main id="main" className="main" tabIndex={-1}>
        <Outlet />
      </main>
      {ShellOverlays && (
        <ShellOverlays
          navigationOpened={navigationOpened}
          onCloseNavigation={() => setNavigationOpened(false)}
          signedOut={signedOut}
          session={session}
          onSignedIn={() => {
            restored()
            void queryClient.invalidateQueries()
          }}
        />
      )}
    </div>
  )
}
