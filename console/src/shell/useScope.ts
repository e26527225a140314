import { useLocation, useParams } from '@tanstack/react-router'
import { useEffect, useMemo } from 'react'
import type { Session } from '../api/types'
import { PLATFORM, readLastScope, type Scope, scopeOfPath, storeLastScope } from '../lib/scope'

/** The scope of the page that asks: the workspace of its URL, else the platform. */
export function useScope(): Scope {
  const { workspaceId } = useParams({ strict: false })
  return useMemo(() => (workspaceId === undefined ? PLATFORM : { type: 'workspace', id: workspaceId }), [workspaceId])
}

/**
 * The scope the shell shows: the page's own, and on pages that belong to none, or to a platform the person has no role
 * in, the one used last.
 */
export function useShellScope(session: Session | null | undefined): Scope | null {
  const path = useLocation({ select: (location) => location.pathname })
  const { id, platform_role: role } = session?.user ?? {}
  const ofPath = useMemo(() => scopeOfPath(path), [path])
  const hasPlatform = role !== null && role !== undefined

  useEffect(() => {
    // A workspace is remembered by its own page, once it is known to exist.
    if (id !== undefined && ofPath?.type === 'platform' && hasPlatform) storeLastScope(id, ofPath)
  }, [ofPath, hasPlatform, id])

  if (ofPath?.type === 'workspace' || (ofPath && hasPlatform)) return ofPath
  const last = id === undefined ? null : readLastScope(id)
  if (last?.type === 'workspace' || (last && hasPlatform)) return last
  return hasPlatform ? PLATFORM : null
}
