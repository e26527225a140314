import { useEffect, useRef, useState } from 'react'

const TYPING_PAUSE_MS = 250

/** A box whose words go into the URL once the typing pauses; back, forward and "clear filters" change it too. */
export function useTyped(
  value: string | undefined,
  onTyped: (value: string | undefined) => void,
  pauseMs = TYPING_PAUSE_MS,
) {
  const [words, setWords] = useState(value ?? '')
  // What was given to the URL last. It takes its time to get there, and more may have been typed by then.
  const given = useRef(value)
  useEffect(() => {
    if (value === given.current) return
    given.current = value
    setWords(value ?? '')
  }, [value])
  useEffect(() => {
    const wanted = words.trim() === '' ? undefined : words
    if (wanted === value) return
    const timer = setTimeout(() => {
      given.current = wanted
      onTyped(wanted)
    }, pauseMs)
    return () => clearTimeout(timer)
  }, [words, value, onTyped, pauseMs])
  return [words, setWords] as const
}
