import type { Registry, RegistrySharing } from '../../api/types'
import { useRemovePullAccount, useUnshare } from '../../api/sharing'
import { useBook } from '../../i18n/book'
import { overviewBook } from '../../i18n/books/overview'
import { Dialog } from '../../ui/Dialog'
import { notify } from '../../ui/Toasts'
import { Question } from '../shared/Question'
import { PullAccountForm } from './PullAccountForm'
import { ShareForm } from './ShareForm'

interface SharingDialogsProps {
  registry: Registry
  seen: RegistrySharing
  asking: 'account' | 'remove' | 'share' | 'unshare' | null
  onClose: () => void
}

/** The questions of the card, one at a time. */
export function SharingDialogs({ registry, seen, asking, onClose }: SharingDialogsProps) {
  const words = useBook(overviewBook).sharing
  const { id, name } = registry
  const remove = useRemovePullAccount(id)
  const unshare = useUnshare(id)
  return (
    <>
      <Dialog opened={asking === 'account'} onClose={onClose} title={words.accountTitle(name)}>
        <PullAccountForm registry={registry} seen={seen} onFinished={onClose} />
      </Dialog>
      <Dialog opened={asking === 'share'} onClose={onClose} title={words.shareTitle(name)} width={560}>
        <ShareForm registry={registry} seen={seen} onFinished={onClose} />
      </Dialog>
      <Question
        opened={asking === 'remove'}
        title={words.removeTitle}
        texts={seen.state === 'NotShared' ? [words.removeHelp] : [words.removeHelp, words.removeShared]}
        submit={words.removeAccount}
        pending={remove.isPending}
        error={remove.error}
        onClose={() => {
          remove.reset()
          onClose()
        }}
        onSubmit={() =>
          remove.mutate(seen, {
            onSuccess: () => {
              notify(words.removed)
              onClose()
            },
          })
        }
      />
      <Question
        opened={asking === 'unshare'}
        title={words.unshareTitle(name)}
        texts={[words.unshareHelp]}
        submit={words.unshare}
        pending={unshare.isPending}
        error={unshare.error}
        onClose={() => {
          unshare.reset()
          onClose()
        }}
        onSubmit={() =>
          unshare.mutate(seen, {
            onSuccess: () => {
              notify(words.unshared(name))
              onClose()
            },
          })
        }
      />
    </>
  )
}
