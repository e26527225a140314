/** What a key, pressed anywhere on a page, asks for. */
export type Shortcut = 'palette' | 'filter' | 'help'

export interface Pressed {
  key: string
  ctrlKey: boolean
  metaKey: boolean
  altKey: boolean
}

interface Circumstances {
  /** The focus is where letters are typed. */
  typing: boolean
  /** Something that must be answered or closed first lies over the page. */
  covered: boolean
  /** Keys without Ctrl or Cmd count too. */
  singleKeys: boolean
}

/** The shortcut behind a pressed key, or null when the key is not ours. */
export function shortcutOf(pressed: Pressed, { typing, covered, singleKeys }: Circumstances): Shortcut | null {
  if (covered || pressed.altKey) return null
  if (pressed.ctrlKey || pressed.metaKey) {
    // Both together are no Ctrl+K on any system.
    return pressed.key.toLowerCase() === 'k' && pressed.ctrlKey !== pressed.metaKey ? 'palette' : null
  }
  if (typing || !singleKeys) return null
  if (pressed.key === '?') return 'help'
  return pressed.key === '/' ? 'filter' : null
}

const TYPING = 'input:not([type=checkbox], [type=radio], [type=button]), textarea, select, [contenteditable=true]'

/** Whether letters typed now go into `element`. */
export function takesLetters(element: Element | null): boolean {
  return element?.matches(TYPING) ?? false
}

const STORAGE_KEY = 'roadstead-single-keys'

/** Whether keys without Ctrl or Cmd are shortcuts; somebody who speaks instead of types can switch them off. */
export function singleKeysWanted(): boolean {
  try {
    return localStorage.getItem(STORAGE_KEY) !== 'off'
  } catch {
    return true
  }
}

/** Keeps the choice for the next visit. Storage can be switched off in a browser; then it lasts as long as the page. */
export function wantSingleKeys(wanted: boolean): void {
  try {
    if (wanted) localStorage.removeItem(STORAGE_KEY)
    else localStorage.setItem(STORAGE_KEY, 'off')
  } catch {
    return
  }
}
