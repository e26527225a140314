import { type ComponentType, useEffect, useState } from 'react'

const RETRY_MS = 3_000

/**
 * A component whose code comes after the page it belongs to; null until it is there. Unlike with `lazy`, a server that
 * is away at that moment does not take the page down: the code is asked for again.
 */
export function useFetched<Props>(fetch: () => Promise<ComponentType<Props>>): ComponentType<Props> | null {
  const [component, setComponent] = useState<ComponentType<Props> | null>(null)
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    let left = false
    const attempt = () =>
      fetch().then(
        (fetched) => {
          if (!left) setComponent(() => fetched)
        },
        () => {
          if (!left) timer = setTimeout(attempt, RETRY_MS)
        },
      )
    void attempt()
    return () => {
      left = true
      clearTimeout(timer)
    }
  }, [fetch])
  return component
}
