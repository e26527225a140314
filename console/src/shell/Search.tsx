import { IconSearch } from '@tabler/icons-react'
import { useEffect, useRef, useState } from 'react'
import { useTexts } from '../i18n/context'
import { shortcutOf, singleKeysWanted, takesLetters } from '../lib/shortcuts'
import { useFetched } from '../lib/useFetched'

const fetchCommands = async () => (await import('./palette')).Commands

// A closing dialog holds the focus until it has faded out.
const FOCUS_RETURN_MS = 200

const IS_MAC = /Mac|iPhone|iPad/.test(navigator.platform)
const MODIFIER = IS_MAC ? '⌘' : 'Ctrl'

/** The button of the command palette, and the keys that open it and do the like from everywhere. */
export function Search() {
  const { palette } = useTexts()
  const [shown, setShown] = useState<'palette' | 'help' | null>(null)
  const Commands = useFetched(fetchCommands)
  const button = useRef<HTMLButtonElement>(null)

  const show = (next: 'palette' | 'help' | null) => {
    setShown(next)
    // The list of shortcuts, opened from the palette, would give the focus back to the palette's box, which is gone.
    if (next !== null) return
    setTimeout(() => {
      if (document.activeElement === document.body) button.current?.focus()
    }, FOCUS_RETURN_MS)
  }

  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented) return
      const shortcut = shortcutOf(event, {
        typing: takesLetters(document.activeElement),
        covered: document.querySelector('[role=dialog]') !== null,
        singleKeys: singleKeysWanted(),
      })
      if (shortcut === null) return
      if (shortcut === 'filter') {
        const filter = document.querySelector<HTMLInputElement>('#main input[type=search]')
        if (!filter) return
        filter.focus()
        filter.select()
      } else setShown(shortcut)
      event.preventDefault()
    }
    document.addEventListener('keydown', onKeyDown)
    return () => document.removeEventListener('keydown', onKeyDown)
  }, [])

  return (
    <>
      <button
        ref={button}
        type="button"
        className="search-button"
        aria-label={palette.open}
        aria-haspopup="dialog"
        aria-keyshortcuts="Control+K Meta+K"
        // Drawn by the style sheet: as text it would be a part of the button's name.
        data-keys={`${MODIFIER} K`}
        onClick={() => setShown('palette')}
      >
        <IconSearch size={15} stroke={1.7} aria-hidden />
        <span>{palette.short}</span>
      </button>
      {Commands && <Commands shown={shown} modifier={MODIFIER} onShow={show} />}
    </>
  )
}
