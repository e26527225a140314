import type { Session } from '../api/types'
import { useTexts } from '../i18n/context'
import { Drawer } from '../ui/Drawer'
import { Navigation } from './Navigation'
import { SessionDialog } from './SessionDialog'

interface ShellOverlaysProps {
  navigationOpened: boolean
  onCloseNavigation: () => void
  signedOut: boolean
  /** Who is, or was, signed in. */
  session: Session
  onSignedIn: () => void
}

/** What can come over every page: the navigation of narrow screens, and the question who is there. */
export function ShellOverlays({ navigationOpened, onCloseNavigation, signedOut, session, onSignedIn }: ShellOverlaysProps) {
  const texts = useTexts()
  return (
    <>
      <Drawer
        opened={navigationOpened}
        onClose={onCloseNavigation}
        title={texts.product}
        side="left"
        width={280}
        closeLabel={texts.shell.closeNavigation}
      >
        <Navigation session={session} onNavigate={onCloseNavigation} />
      </Drawer>
      <SessionDialog opened={signedOut} name={session.user.name} onSignedIn={onSignedIn} />
    </>
  )
}
