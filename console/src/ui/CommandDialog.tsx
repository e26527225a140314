import { Modal } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { type KeyboardEvent, type ReactNode, useEffect, useId, useState } from 'react'
import { useOpened } from './useOpened'

export interface Command {
  id: string
  label: string
  /** The language of the label, when it is not the page's. */
  lang?: string
  detail?: string
  icon: ReactNode
  run: () => void
}

export interface CommandGroup {
  id: string
  title: string
  commands: readonly Command[]
}

interface CommandDialogProps {
  opened: boolean
  onClose: () => void
  title: string
  placeholder: string
  listLabel: string
  words: string
  onWords: (words: string) => void
  groups: readonly CommandGroup[]
  /** How many there are; spoken when it changes. */
  status: string
  keys: { move: string; choose: string; close: string }
  /** What is to be said besides the list. */
  children?: ReactNode
}

/**
 * A box to type into over a list to choose from. The focus stays in the box; the arrow keys move the choice, which
 * assistive technology follows by `aria-activedescendant`. Built by hand because the kit's own has no name.
 */
export function CommandDialog(props: CommandDialogProps) {
  const { opened, onClose, title } = props
  return (
    <Modal.Root
      opened={useOpened(opened)}
      onClose={onClose}
      size={620}
      yOffset="12vh"
      transitionProps={{ duration: 120 }}
      classNames={{ content: 'dialog' }}
    >
      <Modal.Overlay backgroundOpacity={0.32} />
      <Modal.Content>
        <Modal.Title className="visually-hidden">{title}</Modal.Title>
        <CommandBody {...props} />
      </Modal.Content>
    </Modal.Root>
  )
}

function CommandBody({ onClose, title, placeholder, listLabel, words, onWords, groups, status, keys, children }: CommandDialogProps) {
  const listId = useId()
  const commands = groups.flatMap((group) => group.commands)
  const [chosenId, setChosenId] = useState<string | null>(null)
  // Results come and go; a choice that is gone falls back to the first.
  const active = commands.find((command) => command.id === chosenId) ?? commands[0]
  const optionId = (command: Command) => `${listId}-${command.id}`
  const activeId = active && optionId(active)

  useEffect(() => {
    if (activeId) document.getElementById(activeId)?.scrollIntoView({ block: 'nearest' })
  }, [activeId])

  const move = (by: number) => {
    if (!active) return
    const at = commands.indexOf(active)
    setChosenId(commands[(at + by + commands.length) % commands.length]?.id ?? null)
  }

  const run = (command: Command) => {
    onClose()
    command.run()
  }

  const onKeyDown = (event: KeyboardEvent) => {
    // Enter that ends the writing of a Chinese word chooses nothing.
    if (event.nativeEvent.isComposing) return
    if (event.key === 'ArrowDown') move(1)
    else if (event.key === 'ArrowUp') move(-1)
    else if (event.key === 'Enter' && active) run(active)
    else if (event.key.toLowerCase() === 'k' && (event.ctrlKey || event.metaKey)) onClose()
    else return
    event.preventDefault()
  }

  return (
    <div className="palette">
      <div className="palette-search">
        <IconSearch size={18} stroke={1.7} aria-hidden />
        <input
          type="text"
          role="combobox"
          data-autofocus
          aria-label={title}
          aria-autocomplete="list"
          aria-expanded={commands.length > 0}
          aria-controls={commands.length > 0 ? listId : undefined}
          aria-activedescendant={activeId}
          placeholder={placeholder}
          autoComplete="off"
          spellCheck={false}
          value={words}
          onChange={(event) => {
            setChosenId(null)
            onWords(event.currentTarget.value)
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      {children}
      {commands.length > 0 && (
        <div className="palette-list" role="listbox" id={listId} aria-label={listLabel}>
          {groups.map((group) => (
            <div key={group.id} role="group" aria-labelledby={`${listId}-${group.id}-title`}>
              <div className="palette-group" id={`${listId}-${group.id}-title`} role="presentation">
                {group.title}
              </div>
              {group.commands.map((command) => (
                <div
                  key={command.id}
                  id={optionId(command)}
                  role="option"
                  aria-selected={command === active}
                  className="palette-option"
                  onMouseMove={() => setChosenId(command.id)}
                  // The focus stays in the box.
                  onMouseDown={(event) => event.preventDefault()}
                  onClick={() => run(command)}
                >
                  {command.icon}
                  <span className="palette-label" lang={command.lang}>
                    {command.label}
                  </span>
                  {command.detail && <span className="palette-detail">{command.detail}</span>}
                </div>
              ))}
            </div>
          ))}
        </div>
      )}
      <div className="palette-foot">
        <span className="palette-keys">
          <kbd>↑</kbd> <kbd>↓</kbd> {keys.move}
        </span>
        <span className="palette-keys">
          <kbd>↵</kbd> {keys.choose}
        </span>
        <span className="palette-keys">
          <kbd>Esc</kbd> {keys.close}
        </span>
        <span role="status">{status}</span>
      </div>
    </div>
  )
}
