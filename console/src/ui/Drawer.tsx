import { Drawer as MantineDrawer } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTexts } from '../i18n/context'
import { useOpened } from './useOpened'

interface DrawerProps {
  opened: boolean
  onClose: () => void
  /** After the drawer is gone from the screen. */
  onClosed?: () => void
  /** What it shows is shown once: only its own button closes it, no stray click or key. */
  deliberate?: boolean
  title: string
  side?: 'left' | 'right'
  width?: number
  closeLabel?: string
  children: ReactNode
}

/** A panel over the page's side. Built from parts: the kit's own header would count as a second page banner. */
export function Drawer({ opened, onClose, onClosed, deliberate = false, title, side = 'right', width = 520, closeLabel, children }: DrawerProps) {
  const texts = useTexts()
  return (
    <MantineDrawer.Root
      opened={useOpened(opened)}
      onClose={onClose}
      onExitTransitionEnd={onClosed}
      closeOnEscape={!deliberate}
      closeOnClickOutside={!deliberate}
      position={side}
      size={width}
      transitionProps={{ duration: 160 }}
      // A className on the content would land on the invisible layer around it too.
      classNames={{ content: 'drawer' }}
    >
      <MantineDrawer.Overlay backgroundOpacity={0.28} />
      <MantineDrawer.Content>
        <div className="overlay-head">
          <MantineDrawer.Title className="overlay-title">{title}</MantineDrawer.Title>
          {!deliberate && <MantineDrawer.CloseButton aria-label={closeLabel ?? texts.action.close} size={32} />}
        </div>
        <MantineDrawer.Body className="drawer-body">{children}</MantineDrawer.Body>
      </MantineDrawer.Content>
    </MantineDrawer.Root>
  )
}
