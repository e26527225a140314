import { Palette } from './Palette'
import { ShortcutsDialog } from './ShortcutsDialog'

interface CommandsProps {
  shown: 'palette' | 'help' | null
  modifier: string
  onShow: (shown: 'palette' | 'help' | null) => void
}

/** The palette and the list of shortcuts, fetched together after the page they lie over. */
export function Commands({ shown, modifier, onShow }: CommandsProps) {
  const close = () => onShow(null)
  return (
    <>
      <Palette opened={shown === 'palette'} onClose={close} onShowShortcuts={() => onShow('help')} />
      <ShortcutsDialog opened={shown === 'help'} modifier={modifier} onClose={close} />
    </>
  )
}
