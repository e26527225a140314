import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { IconLink, IconPencil, IconTrash, IconUserOff } from '@tabler/icons-react'
import { useState } from 'react'
import { asApiError } from '../../api/problem'
import { sessionQuery } from '../../api/session'
import type { User } from '../../api/types'
import { userQuery } from '../../api/users'
import { useI18n, useTexts } from '../../i18n/context'
import { useFetched } from '../../lib/useFetched'
import { ButtonLink } from '../../ui/Button'
import { Card } from '../../ui/Card'
import { GuardedButton } from '../../ui/GuardedButton'
import { KeyValues } from '../../ui/KeyValues'
import { Notice } from '../../ui/Notice'
import { PageTitle } from '../../ui/PageTitle'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { Skeleton } from '../../ui/Skeleton'
import { StaleNotice } from '../../ui/StaleNotice'
import { disabledAction } from '../shared/disabledAction'
import { RoleChip } from './RoleChip'
import { UserSessions } from './UserSessions'

const fetchEditDialog = async () => (await import('./EditUserDialog')).EditUserDialog
const fetchLinkDialog = async () => (await import('./LinkDialog')).LinkDialog
const fetchDeleteDialog = async () => (await import('./DeleteUserDialog')).DeleteUserDialog

const route = getRouteApi('/signed-in/users/$id')

/** One user: who they are, where they are signed in, and what an administrator can do for them. */
export function UserScreen() {
  const { texts, format } = useI18n()
  const { id } = route.useParams()
  const query = useQuery(userQuery(id))
  const error = query.isError ? asApiError(query.error) : null

  // Gone is gone, even when an older answer is still in memory. Whoever may see nobody is told the same.
  if (error?.code === 'object.not_found' || error?.code === 'request.malformed') return <Gone />
  if (query.data === undefined) {
    return error ? (
      <>
        <Breadcrumb />
        <PageTitle title={texts.people.user.failedTitle} />
        <div className="page-problem">
          <ProblemNotice error={error} onRetry={() => void query.refetch()} />
        </div>
      </>
    ) : (
      <Loading />
    )
  }
  return (
    <>
      <Breadcrumb name={query.data.name} />
      <UserPage key={query.data.id} user={query.data} />
      {error && (
        <StaleNotice
          text={texts.registries.stale(format.dateTime(new Date(query.dataUpdatedAt).toISOString()))}
          onRetry={() => void query.refetch()}
        />
      )}
    </>
  )
}

function UserPage({ user }: { user: User }) {
  const { texts, format } = useI18n()
  const words = texts.people.user
  const navigate = useNavigate()
  const { data: session } = useQuery(sessionQuery)
  const [opened, setOpened] = useState<'edit' | 'link' | 'delete' | null>(null)
  const EditUserDialog = useFetched(fetchEditDialog)
  const LinkDialog = useFetched(fetchLinkDialog)
  const DeleteUserDialog = useFetched(fetchDeleteDialog)
  const blocked = (action: 'user.edit' | 'user.reset_password' | 'user.delete') =>
    disabledAction(texts, user.allowed_actions, action, false)
  const close = () => setOpened(null)

  return (
    <>
      <div className="page-head">
        <div>
          <div className="title-line">
            <PageTitle title={user.name} />
            {user.platform_role && <RoleChip role={user.platform_role} />}
          </div>
          {user.display_name && <p className="page-sub">{user.display_name}</p>}
        </div>
        <div className="head-actions">
          <GuardedButton
            icon={<IconLink size={16} stroke={1.7} aria-hidden />}
            blocked={blocked('user.reset_password')}
            onClick={() => setOpened('link')}
          >
            {words.makeLink}
          </GuardedButton>
          <GuardedButton
            icon={<IconTrash size={16} stroke={1.7} aria-hidden />}
            blocked={blocked('user.delete')}
            onClick={() => setOpened('delete')}
          >
            {words.delete}
          </GuardedButton>
        </div>
      </div>
      {blocked('user.edit') && (
        <div className="stale">
          <Notice tone="info">
            <p>{texts.people.readOnly}</p>
          </Notice>
        </div>
      )}
      <div className="stacked">
        <Card
          title={words.basics}
          aside={
            <GuardedButton
              size="xs"
              icon={<IconPencil size={14} stroke={1.7} aria-hidden />}
              blocked={blocked('user.edit')}
              onClick={() => setOpened('edit')}
            >
              {words.edit}
            </GuardedButton>
          }
        >
          <KeyValues
            entries={[
              { key: texts.people.name, value: user.name },
              {
                key: texts.people.displayName,
                value: user.display_name || <span className="muted">{words.noDisplayName}</span>,
              },
              { key: texts.people.role, value: <RoleChip role={user.platform_role} /> },
              { key: words.created, value: <span className="num">{format.dateTime(user.created_at)}</span> },
            ]}
          />
        </Card>
        <UserSessions user={user} />
      </div>
      {EditUserDialog && <EditUserDialog opened={opened === 'edit'} user={user} onClose={close} />}
      {LinkDialog && <LinkDialog opened={opened === 'link'} user={user} onClose={close} />}
      {DeleteUserDialog && (
        <DeleteUserDialog
          opened={opened === 'delete'}
          user={user}
          own={user.id === session?.user.id}
          onClose={close}
          onDeleted={() => void navigate({ to: '/users', search: {} })}
        />
      )}
    </>
  )
}

function Breadcrumb({ name }: { name?: string }) {
  const texts = useTexts()
  return (
    <nav className="breadcrumb" aria-label={texts.registry.breadcrumb}>
      <ol>
        <li>
          <Link to="/users" search={{}}>
            {texts.people.title}
          </Link>
        </li>
        {name && <li aria-current="page">{name}</li>}
      </ol>
    </nav>
  )
}

function Gone() {
  const texts = useTexts()
  return (
    <div className="empty page-empty">
      <span className="empty-icon" aria-hidden>
        <IconUserOff size={28} stroke={1.5} />
      </span>
      <PageTitle title={texts.people.user.goneTitle} />
      <p>{texts.people.user.goneHelp}</p>
      <ButtonLink to="/users" search={{}} tone="primary">
        {texts.people.user.toList}
      </ButtonLink>
    </div>
  )
}

/** The page's shape while it is fetched. */
function Loading() {
  const texts = useTexts()
  return (
    <div aria-busy>
      <Breadcrumb />
      <p className="visually-hidden" role="status">
        {texts.loading}
      </p>
      <div className="page-head">
        <Skeleton width={200} height={28} />
      </div>
      <div className="stacked">
        <div className="card card-body">
          <Skeleton width="100%" height={120} />
        </div>
        <div className="card card-body">
          <Skeleton width="100%" height={90} />
        </div>
      </div>
    </div>
  )
}
