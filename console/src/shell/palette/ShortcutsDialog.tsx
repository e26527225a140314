import { useState } from 'react'
import { useTexts } from '../../i18n/context'
import { singleKeysWanted, wantSingleKeys } from '../../lib/shortcuts'
import { Dialog } from '../../ui/Dialog'
import { Switch } from '../../ui/Switch'

interface ShortcutsDialogProps {
  opened: boolean
  /** How this machine's keyboard calls Ctrl. */
  modifier: string
  onClose: () => void
}

/** What the keyboard can do everywhere. */
export function ShortcutsDialog({ opened, modifier, onClose }: ShortcutsDialogProps) {
  const { palette } = useTexts()
  const [singleKeys, setSingleKeys] = useState(singleKeysWanted)
  const rows: [string, string[]][] = [
    [palette.shortcut.palette, [modifier, 'K']],
    ...(singleKeys
      ? ([
          [palette.shortcut.filter, ['/']],
          [palette.shortcut.help, ['?']],
        ] satisfies [string, string[]][])
      : []),
    [palette.shortcut.close, ['Esc']],
  ]
  return (
    <Dialog opened={opened} onClose={onClose} title={palette.shortcuts} width={420}>
      <dl className="shortcuts">
        {rows.map(([what, keys]) => (
          <div key={what}>
            <dt>{what}</dt>
            <dd>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
      <div>
        <Switch
          label={palette.single}
          checked={singleKeys}
          onChange={(wanted) => {
            wantSingleKeys(wanted)
            setSingleKeys(wanted)
          }}
        />
        <p className="fine">{palette.singleHelp}</p>
      </div>
    </Dialog>
  )
}
