import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import type { ListSearch } from '../lib/listSearch'
import { api, unwrap } from './client'
import { MACHINE_TOKENS_KEY, MACHINES_KEY } from './keys'
import { REFRESH_INTERVAL_MS } from './queries'
import type { TokenRequest, WorkspaceRole } from './types'
import { WORKSPACES_KEY } from './workspaces'

export const MACHINE_PAGE_SIZE = 50

const LISTS_KEY = [...MACHINES_KEY, 'list'] as const

export function machineAccountsQuery(workspaceId: string, search: Pick<ListSearch, 'after'>) {
  const query = { limit: MACHINE_PAGE_SIZE, cursor: search.after?.at(-1) }
  return queryOptions({
    queryKey: [...LISTS_KEY, workspaceId, query],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET('/api/v1/workspaces/{id}/machine-accounts', { params: { path: { id: workspaceId }, query }, signal }),
      ),
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_INTERVAL_MS,
  })
}

export function machineTokensQuery(workspaceId: string, accountId: string) {
  const path = { id: workspaceId, account_id: accountId }
  return queryOptions({
    queryKey: [...MACHINE_TOKENS_KEY, workspaceId, accountId],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/workspaces/{id}/machine-accounts/{account_id}/tokens', { params: { path }, signal })),
    // The feed tells of a token to its owner only, which is the machine account.
    refetchInterval: REFRESH_INTERVAL_MS,
  })
}

function useRefreshLists() {
  const queryClient = useQueryClient()
  return async () => {
    await Promise.all([
      queryClient.invalidateQueries({ queryKey: LISTS_KEY }),
      queryClient.invalidateQueries({ queryKey: WORKSPACES_KEY }),
    ])
  }
}

export function useCreateMachineAccount(workspaceId: string) {
  return useMutation({
    mutationFn: (body: { name: string; role: WorkspaceRole }) =>
      unwrap(api.POST('/api/v1/workspaces/{id}/machine-accounts', { params: { path: { id: workspaceId } }, body })),
    onSuccess: useRefreshLists(),
  })
}

export function useDeleteMachineAccount(workspaceId: string) {
  return useMutation({
    mutationFn: (accountId: string) =>
      unwrap(
        api.DELETE('/api/v1/workspaces/{id}/machine-accounts/{account_id}', {
          params: { path: { id: workspaceId, account_id: accountId } },
        }),
      ),
    onSuccess: useRefreshLists(),
  })
}

export function useCreateMachineToken(workspaceId: string, accountId: string) {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: (body: TokenRequest) =>
      unwrap(
        api.POST('/api/v1/workspaces/{id}/machine-accounts/{account_id}/tokens', {
          params: { path: { id: workspaceId, account_id: accountId } },
          body,
        }),
      ),
    // The answer holds the secret: it lives in the dialog that shows it and nowhere else.
    gcTime: 0,
    onSuccess: () => queryClient.invalidateQueries({ queryKey: MACHINE_TOKENS_KEY }),
  })
}

export function useRevokeMachineToken(workspaceId: string, accountId: string) {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: (tokenId: string) =>
      unwrap(
        api.DELETE('/api/v1/workspaces/{id}/machine-accounts/{account_id}/tokens/{token_id}', {
          params: { path: { id: workspaceId, account_id: accountId, token_id: tokenId } },
        }),
      ),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: MACHINE_TOKENS_KEY }),
  })
}
