import { useNavigate } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { useTexts } from '../../i18n/context'
import { takeLinkToken } from '../../lib/linkToken'
import { Lobby } from '../../shell/Lobby'
import { ButtonLink } from '../../ui/Button'
import { PageTitle } from '../../ui/PageTitle'
import { notify } from '../../ui/Toasts'
import { PasswordForm } from './PasswordForm'

interface PasswordScreenProps {
  /** The token of the link, taken out of the address bar at start. */
  token: string | null
}

/** Where a one-time link leads: a new user, or one who forgot the password, sets it and is signed in. */
export function PasswordScreen({ token: first }: PasswordScreenProps) {
  const texts = useTexts()
  const navigate = useNavigate()
  const [token, setToken] = useState(first)
  const [invalid, setInvalid] = useState(false)

  // A link pasted into the address bar of this very page changes only the fragment, and loads nothing anew.
  useEffect(() => {
    const take = () => {
      const taken = takeLinkToken('/password', location, history)
      if (taken === null) return
      setToken(taken)
      setInvalid(false)
    }
    window.addEventListener('hashchange', take)
    return () => window.removeEventListener('hashchange', take)
  }, [])

  if (invalid || token === null) {
    return (
      <Lobby>
        <PageTitle title={invalid ? texts.people.password.invalidTitle : texts.people.password.missingTitle} />
        <p className="lead" role={invalid ? 'alert' : undefined}>
          {invalid ? texts.people.password.invalidHelp : texts.people.password.missingHelp}
        </p>
        <ButtonLink to="/login" tone={invalid ? 'primary' : 'secondary'} fullWidth>
          {texts.people.password.toLogin}
        </ButtonLink>
      </Lobby>
    )
  }
  return (
    <Lobby>
      <PageTitle title={texts.people.password.setTitle} />
      <p className="lead">{texts.people.password.setIntro}</p>
      <PasswordForm
        // What was typed for one link is not for another.
        key={token}
        token={token}
        onDone={(name) => {
          notify(texts.people.password.done(name))
          void navigate({ to: '/', replace: true })
        }}
        onLinkInvalid={() => setInvalid(true)}
      />
    </Lobby>
  )
}
