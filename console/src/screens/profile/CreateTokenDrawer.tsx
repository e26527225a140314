import { useState } from 'react'
import type { CreatedToken, Workspace } from '../../api/types'
import { useTexts } from '../../i18n/context'
import { Drawer } from '../../ui/Drawer'
import { TokenShown } from '../tokens/TokenShown'
import { CreateTokenForm } from './CreateTokenForm'

interface CreateTokenDrawerProps {
  opened: boolean
  workspaces: readonly Workspace[]
  onClose: () => void
  onClosed: () => void
}

/** Asks what a token shall be, and then shows its text this once. */
export function CreateTokenDrawer({ opened, workspaces, onClose, onClosed }: CreateTokenDrawerProps) {
  const words = useTexts().tokens
  const [created, setCreated] = useState<CreatedToken | null>(null)

  const close = () => {
    setCreated(null)
    onClose()
  }

  return (
    <Drawer
      opened={opened}
      onClose={close}
      onClosed={onClosed}
      deliberate={created !== null}
      title={created ? words.createdTitle(created.name) : words.create}
    >
      {created ? (
        <TokenShown token={created} onDone={close} />
      ) : (
        <CreateTokenForm workspaces={workspaces} onCancel={close} onCreated={setCreated} />
      )}
    </Drawer>
  )
}
