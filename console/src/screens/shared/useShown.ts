import { useEffect, useState } from 'react'

/** What a dialog is about, kept while the dialog fades out. */
export function useShown<T extends object>(subject: T | null): T | null {
  const [shown, setShown] = useState(subject)
  useEffect(() => {
    if (subject) setShown(subject)
  }, [subject])
  return subject ?? shown
}

// A closing dialog holds the focus until it has faded out.
export const FOCUS_RETURN_MS = 200
