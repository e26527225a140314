import { useQuery } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { setupQuery } from '../../api/session'
import { useTexts } from '../../i18n/context'
import { safeReturnTo } from '../../lib/returnTo'
import { Lobby } from '../../shell/Lobby'
import { Notice } from '../../ui/Notice'
import { PageTitle } from '../../ui/PageTitle'
import { LoginForm } from './LoginForm'

interface LoginScreenProps {
  /** Where to go afterwards; comes from the URL and is not trusted. */
  returnTo: string | undefined
}

export function LoginScreen({ returnTo }: LoginScreenProps) {
  const texts = useTexts()
  const router = useRouter()
  const setup = useQuery(setupQuery)
  return (
    <Lobby>
      <PageTitle title={texts.login.title} />
      {setup.data?.needed && <Notice tone="info">{texts.login.setupNeeded}</Notice>}
      <LoginForm onSignedIn={() => router.history.replace(safeReturnTo(returnTo))} />
    </Lobby>
  )
}
