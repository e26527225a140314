import { useEffect, useRef } from 'react'

/** Scrolls to what an attempt to save brought: the button may be where it is out of sight. */
export function useInSight(brought: object | null) {
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (brought) place.current?.scrollIntoView({ block: 'nearest' })
  }, [brought])
  return place
}
