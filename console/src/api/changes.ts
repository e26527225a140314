import type { QueryClient } from '@tanstack/react-query'
import { useEffect, useSyncExternalStore } from 'react'
import {
  artifactsKey,
  crawlKey,
  descriptionKey,
  HISTORIES_KEY,
  historyKey,
  hookKey,
  IMAGES_KEY,
  INVENTORY_KEY,
  MACHINE_TOKENS_KEY,
  MACHINES_KEY,
  MEMBERS_KEY,
  PROFILE_KEY,
  REPOSITORY_LISTS_KEY,
  repositoryKey,
  repositoryListsKey,
  SESSIONS_KEY,
  spacesKey,
  tagsKey,
  TOKENS_KEY,
  USER_LISTS_KEY,
  USER_SESSIONS_KEY,
  userKey,
  USERS_KEY,
} from './keys'
import { REGISTRIES_KEY, REGISTRY_LISTS_KEY, registryKey } from './registries'
import { sessionQuery } from './session'
import type { Change } from './types'
import { WORKSPACES_KEY } from './workspaces'

/** Whether changes arrive by themselves. */
export type LiveStatus = 'connecting' | 'live' | 'reconnecting'

/** Many checks end at the same moment; their changes cause one refetch. */
const GATHER_MS = 250
const RETRY_FIRST_MS = 2_000
const RETRY_MAX_MS = 30_000
const FALLBACK_POLL_MS = 15_000

let status: LiveStatus = 'connecting'
const listeners = new Set<() => void>()

function setStatus(next: LiveStatus): void {
  if (next === status) return
  status = next
  for (const listener of listeners) listener()
}

function parseChange(data: string): Change | null {
  try {
    return JSON.parse(data) as Change
  } catch {
    // A frame that cannot be read must not end the feed; the next poll makes good for it.
    return null
  }
}

const EVERYTHING = [
  REGISTRIES_KEY,
  INVENTORY_KEY,
  WORKSPACES_KEY,
  MEMBERS_KEY,
  MACHINES_KEY,
  sessionQuery.queryKey,
  USERS_KEY,
  PROFILE_KEY,
  SESSIONS_KEY,
  TOKENS_KEY,
]

/** Follows the change feed until the returned function is called. */
export function followChanges(queryClient: QueryClient, createSource: () => EventSource): () => void {
  let source: EventSource | undefined
  let retryTimer: ReturnType<typeof setTimeout> | undefined
  let gatherTimer: ReturnType<typeof setTimeout> | undefined
  let retryMs = RETRY_FIRST_MS
  let missedSome = false
  const gathered = new Map<string, readonly unknown[]>()

  const gather = (queryKey: readonly unknown[]) => {
    gathered.set(JSON.stringify(queryKey), queryKey)
    gatherTimer ??= setTimeout(() => {
      gatherTimer = undefined
      for (const key of gathered.values()) void queryClient.invalidateQueries({ queryKey: key })
      gathered.clear()
    }, GATHER_MS)
  }

  const refetchEverything = () => {
    for (const key of EVERYTHING) gather(key)
  }

  const onChange = (event: MessageEvent<string>) => {
    const change = parseChange(event.data)
    if (change === null) return
    switch (change.topic) {
      case 'session':
        gather(sessionQuery.queryKey)
        gather(SESSIONS_KEY)
        gather(USER_SESSIONS_KEY)
        break
      case 'user':
        // Somebody's name or rights changed, perhaps one's own role in a workspace.
        gather(sessionQuery.queryKey)
        gather(PROFILE_KEY)
        gather(USER_LISTS_KEY)
        gather(userKey(change.object_id))
        gather(WORKSPACES_KEY)
        gather(MEMBERS_KEY)
        break
      case 'token':
        gather(TOKENS_KEY)
        gather(MACHINE_TOKENS_KEY)
        break
      case 'workspace':
        gather(WORKSPACES_KEY)
        break
      case 'member':
        gather(MEMBERS_KEY)
        gather(WORKSPACES_KEY)
        break
      case 'machine_account':
        gather(MACHINES_KEY)
        gather(WORKSPACES_KEY)
        break
      case 'registry':
        // A workspace counts its registries.
        gather(WORKSPACES_KEY)
        gather(REGISTRY_LISTS_KEY)
        gather(registryKey(change.object_id))
        gather(IMAGES_KEY)
        break
      case 'open_registry':
        // Members see its images from now on, or no longer.
        gather(REGISTRY_LISTS_KEY)
        gather(registryKey(change.object_id))
        gather(IMAGES_KEY)
        break
      case 'registry_health':
      case 'registry_statistics':
        gather(REGISTRY_LISTS_KEY)
        gather(registryKey(change.object_id))
        break
      case 'registry_inventory':
        gather(REGISTRY_LISTS_KEY)
        gather(registryKey(change.object_id))
        gather(spacesKey(change.object_id))
        gather(repositoryListsKey(change.object_id))
        gather(historyKey(change.object_id))
        gather(IMAGES_KEY)
        break
      case 'registry_crawl':
        gather(crawlKey(change.object_id))
        // Sizes come as it goes on.
        gather(historyKey(change.object_id))
        break
      case 'registry_hook':
        gather(hookKey(change.object_id))
        break
      case 'repository':
        gather(repositoryKey(change.object_id))
        gather(descriptionKey(change.object_id))
        gather(tagsKey(change.object_id))
        gather(artifactsKey(change.object_id))
        // Whose it is the change does not say; at most one list is on the screen.
        gather(REPOSITORY_LISTS_KEY)
        gather(HISTORIES_KEY)
        gather(IMAGES_KEY)
        break
    }
  }

  const open = () => {
    source = createSource()
    source.addEventListener('change', onChange)
    source.addEventListener('reset', refetchEverything)
    source.addEventListener('open', () => {
      retryMs = RETRY_FIRST_MS
      // A new source has no last event id, so nobody repeats to us what happened in between.
      if (missedSome) refetchEverything()
      missedSome = false
      setStatus('live')
    })
    source.addEventListener('error', () => {
      missedSome = true
      setStatus('reconnecting')
      // After a refusal the browser gives up; then it is ours to try again.
      if (source?.readyState !== EventSource.CLOSED) return
      retryTimer = setTimeout(open, retryMs)
      retryMs = Math.min(retryMs * 2, RETRY_MAX_MS)
    })
  }

  const poll = setInterval(() => {
    if (status === 'reconnecting') refetchEverything()
  }, FALLBACK_POLL_MS)
  open()

  return () => {
    clearInterval(poll)
    clearTimeout(retryTimer)
    clearTimeout(gatherTimer)
    source?.close()
    setStatus('connecting')
  }
}

/** Follows the change feed while the component is mounted and `active`. */
export function useFollowChanges(queryClient: QueryClient, active: boolean): void {
  useEffect(() => {
    if (!active) return
    return followChanges(queryClient, () => new EventSource('/api/v1/changes'))
  }, [queryClient, active])
}

/** The state of the change feed. */
export function useLiveStatus(): LiveStatus {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => status,
  )
}
