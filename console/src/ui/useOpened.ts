import { useEffect, useState } from 'react'

/**
 * `opened`, one step later on the first render. A drawer or dialog that mounts already open does not notice where the
 * focus was, and drops it to the page's body when it closes.
 */
export function useOpened(opened: boolean): boolean {
  const [shown, setShown] = useState(false)
  useEffect(() => setShown(opened), [opened])
  return shown
}
