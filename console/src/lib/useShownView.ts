import { useState } from 'react'

/** The view whose rows are on the screen: the one before, while those of `view` are on their way. */
export function useShownView(view: string, waiting: boolean): string {
  const [shown, setShown] = useState(view)
  if (!waiting && shown !== view) setShown(view)
  return waiting ? shown : view
}
