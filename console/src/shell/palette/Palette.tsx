import { useState } from 'react'
import { useI18n } from '../../i18n/context'
import { matching } from '../../lib/wordMatch'
import { Button } from '../../ui/Button'
import { CommandDialog } from '../../ui/CommandDialog'
import { Notice } from '../../ui/Notice'
import { useEntries } from './entries'
import { useFound } from './useFound'

interface PaletteProps {
  opened: boolean
  onClose: () => void
  onShowShortcuts: () => void
}

/** Everything by its name: pages, actions, and what the server knows. */
export function Palette({ opened, onClose, onShowShortcuts }: PaletteProps) {
  const { texts, format } = useI18n()
  const { palette } = texts
  const [words, setWords] = useState('')
  const entries = useEntries(onShowShortcuts)
  const found = useFound(opened ? words : '')

  const close = () => {
    setWords('')
    onClose()
  }

  const groups = [
    { id: 'pages', title: palette.groups.pages, commands: matching(entries.pages, words) },
    { id: 'actions', title: palette.groups.actions, commands: matching(entries.actions, words) },
    ...found.groups,
  ].filter((group) => group.commands.length > 0)
  const count = groups.reduce((sum, group) => sum + group.commands.length, 0)
  const nothing = count === 0 && !found.searching && !found.failed

  return (
    <CommandDialog
      opened={opened}
      onClose={close}
      title={palette.title}
      placeholder={palette.placeholder}
      listLabel={palette.results}
      words={words}
      onWords={setWords}
      groups={groups}
      status={
        found.searching ? palette.searching : nothing ? palette.none(words.trim()) : palette.count(format.number(count), count === 1)
      }
      keys={palette.keys}
    >
      {found.failed && (
        <Notice
          tone="warn"
          urgent
          actions={
            <Button size="xs" onClick={found.retry}>
              {texts.action.retry}
            </Button>
          }
        >
          <p>{palette.failed}</p>
        </Notice>
      )}
      {nothing && (
        <p className="palette-note">
          <strong>{palette.none(words.trim())}</strong>
          {palette.noneHelp}
        </p>
      )}
    </CommandDialog>
  )
}
