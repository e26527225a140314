import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import type { ListSearch } from '../lib/listSearch'
import { api, unwrap } from './client'
import { REFRESH_INTERVAL_MS } from './queries'
import type { Workspace } from './types'

export const WORKSPACE_PAGE_SIZE = 50

/** Everything loaded about workspaces lies under this key. */
export const WORKSPACES_KEY = ['workspaces'] as const
const LISTS_KEY = [...WORKSPACES_KEY, 'list'] as const
export const workspaceKey = (id: string) => [...WORKSPACES_KEY, 'one', id] as const

/** A page of the workspaces this person may see. */
export function workspacesQuery(search: Pick<ListSearch, 'q' | 'after'>, limit = WORKSPACE_PAGE_SIZE) {
  const query = { q: search.q, limit, cursor: search.after?.at(-1) }
  return queryOptions({
    queryKey: [...LISTS_KEY, query],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/workspaces', { params: { query }, signal })),
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_INTERVAL_MS,
  })
}

export function workspaceQuery(id: string) {
  return queryOptions({
    queryKey: workspaceKey(id),
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/workspaces/{id}', { params: { path: { id } }, signal })),
    refetchInterval: REFRESH_INTERVAL_MS,
  })
}

const ifMatch = (workspace: Workspace) => ({ 'if-match': `"${workspace.generation}"` })

export function useCreateWorkspace() {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: (body: { name: string; description: string }) => unwrap(api.POST('/api/v1/workspaces', { body })),
    onSuccess: async (workspace) => {
      queryClient.setQueryData(workspaceKey(workspace.id), workspace)
      await queryClient.invalidateQueries({ queryKey: LISTS_KEY })
    },
  })
}

export function useEditWorkspace() {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: ({ workspace, description }: { workspace: Workspace; description: string }) =>
      unwrap(
        api.PATCH('/api/v1/workspaces/{id}', {
          params: { path: { id: workspace.id }, header: ifMatch(workspace) },
          body: { description },
        }),
      ),
    onSuccess: async (workspace) => {
      queryClient.setQueryData(workspaceKey(workspace.id), workspace)
      await queryClient.invalidateQueries({ queryKey: LISTS_KEY })
    },
  })
}

export function useDeleteWorkspace() {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: (workspace: Workspace) =>
      unwrap(
        api.DELETE('/api/v1/workspaces/{id}', {
          params: { path: { id: workspace.id }, header: ifMatch(workspace) },
        }),
      ),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: LISTS_KEY }),
  })
}
