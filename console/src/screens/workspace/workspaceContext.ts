import { createContext, useContext } from 'react'
import type { Workspace } from '../../api/types'

/** The workspace of the page; null on pages of the platform. */
export const WorkspaceContext = createContext<Workspace | null>(null)

/** The workspace the page belongs to, or null on the platform. */
export function useScopedWorkspace(): Workspace | null {
  return useContext(WorkspaceContext)
}

/** The workspace of a page that exists in workspaces only. */
export function useWorkspace(): Workspace {
  const workspace = useContext(WorkspaceContext)
  if (workspace === null) throw new Error('this page needs a workspace around it')
  return workspace
}
