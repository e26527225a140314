import { IconCheck, IconSearch, IconSelector } from '@tabler/icons-react'
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react'

export interface PickerOption<T> {
  value: T
  id: string
  label: string
  detail?: string
  icon?: ReactNode
}

interface PickerProps<T> {
  /** What the button shows: what is picked now, and for assistive technology what it does. */
  shown: ReactNode
  listLabel: string
  searchLabel: string
  options: readonly PickerOption<T>[]
  /** The options are those of other words; the ones for these are on their way. */
  outdated: boolean
  /** The id of the option in use. */
  current: string | null
  /** What stands below the options, such as that none fits. */
  note?: ReactNode
  onOpen: (opened: boolean) => void
  onSearch: (words: string) => void
  onPick: (value: T) => void
}

const GAP = 4
const MARGIN = 8
const WIDTH = 300

/**
 * A button that opens a searchable list. It lies in the browser's top layer, so no scrolling panel cuts it off, and
 * inside its place in the document, so a drawer that keeps the focus lets it in.
 */
export function Picker<T>(props: PickerProps<T>) {
  const { options, outdated, onPick } = props
  const id = useId()
  const button = useRef<HTMLButtonElement>(null)
  const panel = useRef<HTMLDivElement>(null)
  const input = useRef<HTMLInputElement>(null)
  const [opened, setOpened] = useState(false)
  const [words, setWords] = useState('')
  // Nothing moved yet: the one in use is the one the keyboard is on.
  const [moved, setActive] = useState<number | null>(null)
  const inUse = words === '' ? options.findIndex((option) => option.id === props.current) : 0
  const active = Math.min(moved ?? Math.max(0, inUse), options.length - 1)
  const chosen = options[active]
  // Enter was pressed before there was anything that fits what was typed.
  const [hasty, setHasty] = useState(false)

  const open = () => {
    if (!button.current || !panel.current) return
    const box = button.current.getBoundingClientRect()
    const width = Math.min(Math.max(WIDTH, box.width), window.innerWidth - 2 * MARGIN)
    panel.current.style.width = `${width}px`
    panel.current.style.top = `${box.bottom + GAP}px`
    panel.current.style.left = `${Math.min(box.left, window.innerWidth - MARGIN - width)}px`
    panel.current.style.maxHeight = `${window.innerHeight - box.bottom - GAP - MARGIN}px`
    panel.current.showPopover()
    input.current?.focus()
  }
  const close = () => {
    panel.current?.hidePopover()
    button.current?.focus()
  }
  const pick = (option: PickerOption<T>) => {
    close()
    onPick(option.value)
  }
  const search = (typed: string) => {
    setWords(typed)
    setActive(null)
    setHasty(false)
    props.onSearch(typed)
  }

  const onKeyDown = (event: KeyboardEvent) => {
    const last = options.length - 1
    const moves: Record<string, number> = { ArrowDown: active >= last ? 0 : active + 1, ArrowUp: active <= 0 ? last : active - 1, Home: 0, End: last }
    const move = moves[event.key]
    if (move !== undefined && !(event.key === 'Home' || event.key === 'End' ? words !== '' : false)) {
      event.preventDefault()
      setActive(Math.max(0, move))
    } else if (event.key === 'Enter') {
      event.preventDefault()
      if (outdated) setHasty(true)
      else if (chosen) pick(chosen)
    } else if (event.key === 'Escape' || event.key === 'Tab') {
      event.preventDefault()
      close()
    }
  }

  useEffect(() => {
    if (!hasty || outdated) return
    setHasty(false)
    if (chosen) pick(chosen)
  })

  const chosenId = opened && chosen ? `${id}-${chosen.id}` : undefined
  useEffect(() => {
    if (chosenId) document.getElementById(chosenId)?.scrollIntoView({ block: 'nearest' })
  }, [chosenId])

  return (
    <>
      <button
        ref={button}
        type="button"
        className="picker-button"
        aria-haspopup="listbox"
        aria-expanded={opened}
        onClick={() => (opened ? close() : open())}
      >
        {props.shown}
        <IconSelector className="picker-mark" size={15} stroke={1.7} aria-hidden />
      </button>
      <div
        ref={panel}
        popover="auto"
        className="picker"
        onToggle={(event) => {
          const now = event.newState === 'open'
          setOpened(now)
          props.onOpen(now)
          if (!now) search('')
        }}
      >
        <div className="picker-search">
          <IconSearch size={15} aria-hidden />
          <input
            ref={input}
            type="text"
            role="combobox"
            aria-label={props.searchLabel}
            placeholder={props.searchLabel}
            aria-expanded={opened}
            aria-controls={id}
            aria-autocomplete="list"
            aria-activedescendant={chosenId}
            // A drawer around it would take Escape for itself.
            data-mantine-stop-propagation="true"
            autoComplete="off"
            spellCheck={false}
            value={words}
            onChange={(event) => search(event.currentTarget.value)}
            onKeyDown={onKeyDown}
          />
        </div>
        <ul role="listbox" id={id} aria-label={props.listLabel}>
          {options.map((option, index) => (
            // The keyboard works on the box above, which keeps the focus.
            <li
              key={option.id}
              id={`${id}-${option.id}`}
              role="option"
              aria-selected={option.id === props.current}
              data-active={index === active || undefined}
              onPointerMove={() => setActive(index)}
              onClick={() => pick(option)}
            >
              {option.icon}
              <span className="picker-text">
                <span className="picker-label">{option.label}</span>
                {option.detail && <span className="fine">{option.detail}</span>}
              </span>
              {option.id === props.current && <IconCheck className="picker-mark" size={16} aria-hidden />}
            </li>
          ))}
        </ul>
        {props.note && (
          <p className="picker-note fine" role="status">
            {props.note}
          </p>
        )}
      </div>
    </>
  )
}
