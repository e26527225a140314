import { Modal } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTexts } from '../i18n/context'
import { useOpened } from './useOpened'

interface DialogProps {
  opened: boolean
  onClose: () => void
  /** A dialog that must be answered has no close button and stays on Escape. */
  mandatory?: boolean
  /** What it shows is shown once: only its own button closes it, no stray click or key. */
  deliberate?: boolean
  title: string
  width?: number
  children: ReactNode
}

/** A window that asks for one answer. */
export function Dialog({ opened, onClose, mandatory = false, deliberate = false, title, width = 460, children }: DialogProps) {
  const texts = useTexts()
  return (
    <Modal.Root
      opened={useOpened(opened)}
      onClose={onClose}
      size={width}
      centered
      // It may come over a drawer that is already open.
      zIndex={mandatory ? 400 : undefined}
      closeOnEscape={!mandatory && !deliberate}
      closeOnClickOutside={!mandatory && !deliberate}
      transitionProps={{ duration: 140 }}
      // A className on the content would land on the invisible layer around it too.
      classNames={{ content: 'dialog' }}
    >
      <Modal.Overlay backgroundOpacity={0.4} />
      <Modal.Content>
        <div className="overlay-head">
          <Modal.Title className="overlay-title">{title}</Modal.Title>
          {!mandatory && !deliberate && <Modal.CloseButton aria-label={texts.action.close} size={32} />}
        </div>
        <Modal.Body className="dialog-body">{children}</Modal.Body>
      </Modal.Content>
    </Modal.Root>
  )
}
