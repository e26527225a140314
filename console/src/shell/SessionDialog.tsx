import { useTexts } from '../i18n/context'
import { LoginForm } from '../screens/login/LoginForm'
import { Dialog } from '../ui/Dialog'

interface SessionDialogProps {
  opened: boolean
  name: string
  onSignedIn: () => void
}

/** Asks for the password again over the page, so that a half-filled form is not lost with the session. */
export function SessionDialog({ opened, name, onSignedIn }: SessionDialogProps) {
  const texts = useTexts()
  return (
    <Dialog opened={opened} onClose={() => undefined} mandatory title={texts.login.sessionOver} width={400}>
      <p className="dialog-lead">{texts.login.sessionOverHelp}</p>
      <LoginForm initialName={name} onSignedIn={onSignedIn} />
    </Dialog>
  )
}
