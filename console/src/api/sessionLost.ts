import { useEffect, useState } from 'react'
import { onSessionLost } from './client'

/** Whether an answer said that the session is over, until `restored` is called. */
export function useSessionLost() {
  const [lost, setLost] = useState(false)
  useEffect(() => onSessionLost(() => setLost(true)), [])
  return { lost, restored: () => setLost(false) }
}
