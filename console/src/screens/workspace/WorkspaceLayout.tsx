import { useQuery } from '@tanstack/react-query'
import { Outlet } from '@tanstack/react-router'
import { IconUnlink } from '@tabler/icons-react'
import { useEffect } from 'react'
import { asApiError } from '../../api/problem'
import { sessionQuery } from '../../api/session'
import type { Workspace } from '../../api/types'
import { workspaceQuery } from '../../api/workspaces'
import { useTexts } from '../../i18n/context'
import { storeLastScope } from '../../lib/scope'
import { useScope } from '../../shell/useScope'
import { ButtonLink } from '../../ui/Button'
import { PageTitle } from '../../ui/PageTitle'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { Skeleton } from '../../ui/Skeleton'
import { WorkspaceContext } from './workspaceContext'

/** What every page of a workspace stands in: it is there and known before the page is. */
export function WorkspaceLayout() {
  const scope = useScope()
  // One instance for each workspace: nothing half-typed in one may end up in another.
  return scope.type === 'workspace' ? <OfWorkspace key={scope.id} id={scope.id} /> : null
}

function OfWorkspace({ id }: { id: string }) {
  const texts = useTexts()
  const query = useQuery(workspaceQuery(id))
  const { data: session } = useQuery(sessionQuery)
  const userId = session?.user.id
  const found = query.data !== undefined
  const error = query.isError ? asApiError(query.error) : null

  useEffect(() => {
    if (found && userId !== undefined) storeLastScope(userId, { type: 'workspace', id })
  }, [found, userId, id])

  // Gone is gone, even when an older answer is still in memory.
  if (error?.code === 'object.not_found' || error?.code === 'request.malformed') return <Gone />
  if (query.data === undefined) {
    return error ? (
      <>
        <PageTitle title={texts.workspaces.overview.failedTitle} />
        <div className="page-problem">
          <ProblemNotice error={error} onRetry={() => void query.refetch()} />
        </div>
      </>
    ) : (
      <Loading />
    )
  }
  return <Found workspace={query.data} />
}

function Found({ workspace }: { workspace: Workspace }) {
  return (
    <WorkspaceContext value={workspace}>
      <Outlet />
    </WorkspaceContext>
  )
}

function Gone() {
  const texts = useTexts()
  const words = texts.workspaces.overview
  return (
    <div className="empty page-empty">
      <span className="empty-icon" aria-hidden>
        <IconUnlink size={28} stroke={1.5} />
      </span>
      <PageTitle title={words.goneTitle} />
      <p>{words.goneHelp}</p>
      <ButtonLink to="/" tone="primary">
        {words.home}
      </ButtonLink>
    </div>
  )
}

/** The page's shape while it is fetched. */
function Loading() {
  const texts = useTexts()
  return (
    <div aria-busy>
      <p className="visually-hidden" role="status">
        {texts.loading}
      </p>
      <div className="page-head">
        <Skeleton width={260} height={44} />
      </div>
      <div className="card card-body">
        <Skeleton width="100%" height={220} />
      </div>
    </div>
  )
}
