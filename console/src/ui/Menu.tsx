import { Menu as MantineMenu } from '@mantine/core'
import { type ReactElement, type ReactNode, useRef } from 'react'

export interface MenuAction {
  label: string
  icon?: ReactNode
  danger?: boolean
  /** Why the action cannot be used; the entry stays readable and does nothing. */
  disabledReason?: string
  onSelect: () => void
}

interface MenuProps {
  trigger: ReactElement
  /** Lines above the actions, for example who is signed in. */
  header?: ReactNode
  actions: readonly MenuAction[]
}

export function Menu({ trigger, header, actions }: MenuProps) {
  const anchor = useRef<HTMLSpanElement>(null)

  const select = (action: MenuAction) => {
    // The entry is about to vanish; a dialog that opens now has to find the focus where it can return to.
    anchor.current?.querySelector('button')?.focus()
    action.onSelect()
  }

  return (
    <span ref={anchor} className="menu-anchor">
      <MantineMenu
        position="bottom-end"
        shadow="md"
        width={220}
        transitionProps={{ duration: 120 }}
        // The placeholder is a focusable child that a menu must not have.
        withInitialFocusPlaceholder={false}
        // Inside the main landmark, where the page's content is looked for.
        portalProps={{ target: '#main' }}
      >
        <MantineMenu.Target>{trigger}</MantineMenu.Target>
        <MantineMenu.Dropdown>
          {header && <div className="menu-header">{header}</div>}
          {actions.map((action) => (
            <MantineMenu.Item
              key={action.label}
              leftSection={action.icon}
              color={action.danger && !action.disabledReason ? 'var(--rs-bad)' : undefined}
              aria-disabled={action.disabledReason ? true : undefined}
              closeMenuOnClick={!action.disabledReason}
              onClick={action.disabledReason ? undefined : () => select(action)}
            >
              {action.label}
              {action.disabledReason && <span className="menu-reason">{action.disabledReason}</span>}
            </MantineMenu.Item>
          ))}
        </MantineMenu.Dropdown>
      </MantineMenu>
    </span>
  )
}
