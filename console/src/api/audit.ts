import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { type AuditSearch, auditFilter } from '../lib/auditSearch'
import { serverNow } from '../lib/clock'
import type { Scope } from '../lib/scope'
import { stringifySearch } from '../lib/searchParams'
import { api, unwrap } from './client'

export const AUDIT_PAGE_SIZE = 50
const LIVE_INTERVAL_MS = 3_000

/** Everything loaded of the audit log lies under this key. */
export const AUDIT_KEY = ['audit'] as const

/** The entries of a scope: of the platform all that may be read, of a workspace its own. */
const ofScope = (scope: Scope) => (scope.type === 'workspace' ? { workspace_id: scope.id } : {})

export function auditQuery(search: AuditSearch, scope: Scope) {
  const { live, ...shown } = search
  return queryOptions({
    queryKey: [...AUDIT_KEY, 'list', scope, shown],
    queryFn: async ({ signal }) => {
      const filter = auditFilter(search, serverNow())
      const query = { ...filter, ...ofScope(scope), limit: AUDIT_PAGE_SIZE, cursor: search.after?.at(-1) }
      const page = await unwrap(api.GET('/api/v1/audit-entries', { params: { query }, signal }))
      return { ...page, from: filter.from }
    },
    placeholderData: keepPreviousData,
    refetchInterval: live ? LIVE_INTERVAL_MS : false,
    // Without the toggle the list stands still while it is read.
    refetchOnWindowFocus: live === true,
  })
}

/** Where the shown entries, all pages of them, are to be had as a file. */
export function auditExportUrl(search: AuditSearch, scope: Scope, format: 'csv' | 'jsonl'): string {
  const filter = { ...auditFilter(search, serverNow()), ...ofScope(scope) }
  return `/api/v1/audit-entries/export${stringifySearch({ format, ...filter })}`
}
