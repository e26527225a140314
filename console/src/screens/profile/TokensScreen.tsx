import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { IconKey, IconPlus } from '@tabler/icons-react'
import { useMemo, useRef, useState } from 'react'
import { asApiError } from '../../api/problem'
import { visibleWorkspacesQuery } from '../../api/profile'
import { tokensQuery } from '../../api/tokens'
import type { ApiToken } from '../../api/types'
import { useBook } from '../../i18n/book'
import { auditBook } from '../../i18n/books/audit'
import { useI18n } from '../../i18n/context'
import { useFetched } from '../../lib/useFetched'
import { Button } from '../../ui/Button'
import { DataTable } from '../../ui/DataTable'
import { EmptyState } from '../../ui/EmptyState'
import { focusPageTitle } from '../../ui/PageTitle'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { StaleNotice } from '../../ui/StaleNotice'
import { FOCUS_RETURN_MS } from '../shared/useShown'
import { ProfileHead } from './ProfileHead'
import { tokenColumns } from './tokenColumns'

const fetchCreateDrawer = async () => (await import('./CreateTokenDrawer')).CreateTokenDrawer
const fetchRevokeDialog = async () => (await import('./RevokeTokenDialog')).RevokeTokenDialog

const route = getRouteApi('/signed-in/profile/tokens')

/** The own API tokens. */
export function TokensScreen() {
  const { texts, format } = useI18n()
  const words = texts.tokens
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const query = useQuery(tokensQuery)
  const workspaces = useQuery(visibleWorkspacesQuery)
  const CreateTokenDrawer = useFetched(fetchCreateDrawer)
  const RevokeTokenDialog = useFetched(fetchRevokeDialog)
  const [revoking, setRevoking] = useState<ApiToken | null>(null)
  const createButton = useRef<HTMLButtonElement>(null)

  const setCreate = (create: boolean) =>
    void navigate({ search: { create: create || undefined }, replace: !create })

  const audit = useBook(auditBook)
  const columns = useMemo(
    () =>
      tokenColumns({
        texts,
        audit,
        format,
        workspaceName: (id) => workspaces.data?.find((workspace) => workspace.id === id)?.name,
        onRevoke: setRevoking,
      }),
    [texts, audit, format, workspaces.data],
  )

  const tokens = query.data?.items
  const icon = <IconPlus size={16} aria-hidden />
  return (
    <>
      <ProfileHead
        title={words.title}
        meaning={words.meaning}
        action={
          <Button ref={createButton} tone="primary" icon={icon} onClick={() => setCreate(true)}>
            {words.create}
          </Button>
        }
      />
      {query.isError && tokens && (
        <StaleNotice
          text={texts.registries.stale(format.dateTime(new Date(query.dataUpdatedAt).toISOString()))}
          onRetry={() => void query.refetch()}
        />
      )}
      <div className="card table-card">
        {query.isError && !tokens ? (
          <div className="card-body">
            <ProblemNotice
              error={asApiError(query.error)}
              title={words.failedTitle}
              onRetry={() => void query.refetch()}
            />
          </div>
        ) : tokens?.length === 0 ? (
          <EmptyState icon={<IconKey size={26} stroke={1.5} />} title={words.emptyTitle}>
            {words.emptyHelp}
          </EmptyState>
        ) : (
          <DataTable
            caption={words.title}
            columns={columns}
            rows={tokens ?? []}
            rowKey={(token) => token.id}
            loading={tokens === undefined}
          />
        )}
      </div>
      {CreateTokenDrawer && (
        <CreateTokenDrawer
          opened={search.create === true}
          workspaces={workspaces.data ?? []}
          onClose={() => setCreate(false)}
          onClosed={() =>
            // A page opened with the drawer has nothing the focus could return to by itself.
            setTimeout(() => {
              if (document.activeElement === document.body) createButton.current?.focus()
            }, FOCUS_RETURN_MS)
          }
        />
      )}
      {RevokeTokenDialog && (
        <RevokeTokenDialog
          token={revoking}
          onClose={() => setRevoking(null)}
          // The row whose button opened the dialog is gone.
          onRevoked={() => setTimeout(focusPageTitle, FOCUS_RETURN_MS)}
        />
      )}
    </>
  )
}
