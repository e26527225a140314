import { useState } from 'react'
import { asApiError } from '../../api/problem'
import type { OneTimeLink, User } from '../../api/types'
import { useMakeLink } from '../../api/users'
import { useTexts } from '../../i18n/context'
import { Button } from '../../ui/Button'
import { Dialog } from '../../ui/Dialog'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { LinkShown } from './LinkShown'

interface LinkDialogProps {
  opened: boolean
  user: User
  onClose: () => void
}

/** Makes a link with which somebody sets a new password. It is asked first: earlier links end by it. */
export function LinkDialog({ opened, user, onClose }: LinkDialogProps) {
  const texts = useTexts()
  const { people } = texts
  const makeLink = useMakeLink()
  const [link, setLink] = useState<OneTimeLink | null>(null)

  const close = () => {
    setLink(null)
    makeLink.reset()
    onClose()
  }

  return (
    <Dialog
      opened={opened}
      onClose={close}
      deliberate={link !== null}
      title={link ? people.link.title(user.name) : people.user.makeLinkTitle(user.name)}
    >
      {link ? (
        <LinkShown link={link} onDone={close}>
          {people.link.reset(user.name)}
        </LinkShown>
      ) : (
        <>
          <p className="dialog-lead">{people.user.makeLinkHelp}</p>
          {makeLink.isError && <ProblemNotice error={asApiError(makeLink.error)} />}
          <div className="dialog-foot">
            <Button onClick={close}>{texts.action.cancel}</Button>
            <Button
              tone="primary"
              data-autofocus
              loading={makeLink.isPending}
              onClick={() => makeLink.mutate(user.id, { onSuccess: setLink })}
            >
              {people.user.makeLink}
            </Button>
          </div>
        </>
      )}
    </Dialog>
  )
}
