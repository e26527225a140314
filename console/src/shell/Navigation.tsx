import { useQuery } from '@tanstack/react-query'
import { Link, linkOptions, type LinkProps } from '@tanstack/react-router'
import { IconAnchor, IconBox, IconHistory, IconLayoutDashboard, IconRobot, IconUser, IconUsers, IconUsersGroup } from '@tabler/icons-react'
import type { ComponentType, ReactNode } from 'react'
import { ApiError } from '../api/problem'
import { isGiven } from '../api/session'
import type { Session } from '../api/types'
import { workspaceQuery } from '../api/workspaces'
import { useTexts } from '../i18n/context'
import { ScopeSwitcher } from './ScopeSwitcher'
import { useShellScope } from './useScope'

interface NavigationProps {
  session: Session
  head?: ReactNode
  onNavigate?: () => void
}

/** The places of the scope one is in, as far as one's role opens them. Only what exists has an entry. */
export function Navigation({ session, head, onNavigate }: NavigationProps) {
  const texts = useTexts()
  const scope = useShellScope(session)
  return (
    <nav aria-label={texts.shell.navigation}>
      {head}
      <ScopeSwitcher session={session} scope={scope} onSwitched={onNavigate} />
      {scope?.type === 'platform' && <PlatformPlaces session={session} onNavigate={onNavigate} />}
      {scope?.type === 'workspace' && <WorkspacePlaces id={scope.id} onNavigate={onNavigate} />}
    </nav>
  )
}

interface PlaceProps {
  icon: ComponentType<{ size: number; stroke: number; 'aria-hidden': boolean }>
  label: string
  link: LinkProps
  /** The places below it are another scope's. */
  exact?: boolean
  onNavigate?: () => void
}

function Place({ icon: Icon, label, link, exact = false, onNavigate }: PlaceProps) {
  return (
    <li>
      <Link className="nav-link" {...link} activeOptions={{ includeSearch: false, exact }} onClick={onNavigate}>
        <Icon size={17} stroke={1.7} aria-hidden />
        {label}
      </Link>
    </li>
  )
}

function PlatformPlaces({ session, onNavigate }: { session: Session; onNavigate?: () => void }) {
  const texts = useTexts()
  const actions = session.allowed_actions
  return (
    <ul className="nav-places" aria-label={texts.nav.platform}>
      {isGiven(actions, 'registry.read') && (
        <Place
          icon={IconAnchor}
          label={texts.nav.registries}
          link={linkOptions({ to: '/registries', search: {} })}
          onNavigate={onNavigate}
        />
      )}
      <Place icon={IconBox} label={texts.nav.images} link={linkOptions({ to: '/images', search: {} })} onNavigate={onNavigate} />
      {isGiven(actions, 'workspace.read') && (
        <Place
          icon={IconUsersGroup}
          label={texts.workspaces.title}
          link={linkOptions({ to: '/workspaces', search: {} })}
          exact
          onNavigate={onNavigate}
        />
      )}
      {isGiven(actions, 'user.read') && (
        <Place
          icon={IconUser}
          label={texts.people.nav}
          link={linkOptions({ to: '/users', search: {} })}
          onNavigate={onNavigate}
        />
      )}
      <Place icon={IconHistory} label={texts.nav.audit} link={linkOptions({ to: '/audit', search: {} })} onNavigate={onNavigate} />
    </ul>
  )
}

function WorkspacePlaces({ id, onNavigate }: { id: string; onNavigate?: () => void }) {
  const texts = useTexts()
  const { data: workspace, error } = useQuery(workspaceQuery(id))
  // Nothing is offered before it is known what may be opened, nor of what is gone.
  if (workspace === undefined || (error instanceof ApiError && error.status === 404)) return null
  const actions = workspace.allowed_actions
  const params = { workspaceId: id }
  return (
    <ul className="nav-places" aria-label={texts.workspaces.scope.workspace}>
      <Place
        icon={IconLayoutDashboard}
        label={texts.workspaces.nav.overview}
        link={linkOptions({ to: '/workspaces/$workspaceId', params })}
        exact
        onNavigate={onNavigate}
      />
      <Place
        icon={IconAnchor}
        label={texts.nav.registries}
        link={linkOptions({ to: '/workspaces/$workspaceId/registries', params, search: {} })}
        onNavigate={onNavigate}
      />
      <Place
        icon={IconBox}
        label={texts.nav.images}
        link={linkOptions({ to: '/workspaces/$workspaceId/images', params, search: {} })}
        onNavigate={onNavigate}
      />
      {isGiven(actions, 'member.read') && (
        <Place
          icon={IconUsers}
          label={texts.workspaces.nav.members}
          link={linkOptions({ to: '/workspaces/$workspaceId/members', params, search: {} })}
          onNavigate={onNavigate}
        />
      )}
      {isGiven(actions, 'machine_account.read') && (
        <Place
          icon={IconRobot}
          label={texts.workspaces.nav.machines}
          link={linkOptions({ to: '/workspaces/$workspaceId/machine-accounts', params, search: {} })}
          onNavigate={onNavigate}
        />
      )}
      <Place
        icon={IconHistory}
        label={texts.nav.audit}
        link={linkOptions({ to: '/workspaces/$workspaceId/audit', params, search: {} })}
        onNavigate={onNavigate}
      />
    </ul>
  )
}
