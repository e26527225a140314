import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { asApiError } from '../../api/problem'
import { setupQuery } from '../../api/session'
import { useTexts } from '../../i18n/context'
import { Lobby } from '../../shell/Lobby'
import { ButtonLink } from '../../ui/Button'
import { Copy } from '../../ui/Copy'
import { PageTitle } from '../../ui/PageTitle'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { Skeleton } from '../../ui/Skeleton'
import { SetupForm } from './SetupForm'

const NEW_LINK_COMMAND = 'roadstead admin setup-link'

interface SetupScreenProps {
  /** The token of the link, taken out of the address bar at start. */
  token: string | null
}

/** The first visit of an installation: whoever holds the link creates the first administrator. */
export function SetupScreen({ token }: SetupScreenProps) {
  const texts = useTexts()
  const navigate = useNavigate()
  const setup = useQuery(setupQuery)
  const [linkInvalid, setLinkInvalid] = useState(false)
  const [doneMeanwhile, setDoneMeanwhile] = useState(false)

  if (setup.isError) {
    return (
      <Lobby>
        <PageTitle title={texts.setup.title} />
        <ProblemNotice error={asApiError(setup.error)} onRetry={() => void setup.refetch()} />
      </Lobby>
    )
  }
  if (setup.isPending) {
    return (
      <Lobby>
        <Skeleton width="60%" height={26} />
        <Skeleton width="100%" height={120} />
      </Lobby>
    )
  }
  if (!setup.data.needed || doneMeanwhile) {
    return (
      <Lobby>
        <PageTitle title={texts.setup.doneTitle} />
        <p className="lead">{texts.setup.doneHelp}</p>
        <ButtonLink to="/login" tone="primary" fullWidth>
          {texts.setup.toLogin}
        </ButtonLink>
      </Lobby>
    )
  }
  if (linkInvalid || token === null) {
    return (
      <Lobby>
        <PageTitle title={linkInvalid ? texts.setup.linkTitle : texts.setup.missingTitle} />
        <p className="lead">{linkInvalid ? texts.setup.linkHelp : texts.setup.missingHelp}</p>
        <p className="command">
          <code className="mono">{NEW_LINK_COMMAND}</code>
          <Copy value={NEW_LINK_COMMAND} />
        </p>
      </Lobby>
    )
  }
  return (
    <Lobby>
      <PageTitle title={texts.setup.title} />
      <p className="lead">{texts.setup.intro}</p>
      <SetupForm
        token={token}
        onDone={() => void navigate({ to: '/registries', search: {}, replace: true })}
        onLinkInvalid={() => setLinkInvalid(true)}
        onAlreadyDone={() => setDoneMeanwhile(true)}
      />
    </Lobby>
  )
}
