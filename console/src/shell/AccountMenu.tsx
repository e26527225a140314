import { useNavigate } from '@tanstack/react-router'
import { IconDeviceDesktop, IconKey, IconLogout, IconUserCircle } from '@tabler/icons-react'
import type { Session } from '../api/types'
import { useTexts } from '../i18n/context'
import { Menu } from '../ui/Menu'
import { useSignOut } from './useSignOut'

/** Who is signed in, what is their own, and the way out. */
export function AccountMenu({ session }: { session: Session }) {
  const texts = useTexts()
  const navigate = useNavigate()
  const signOut = useSignOut()
  const { name, display_name: displayName, platform_role: role } = session.user
  const initials = name.replaceAll('-', '').slice(0, 2).toUpperCase()
  const roleText =
    role === 'admin' ? texts.shell.roleAdmin : role === 'auditor' ? texts.shell.roleAuditor : texts.shell.roleNone

  return (
    <Menu
      trigger={
        <button type="button" className="avatar" aria-label={texts.shell.account(initials, name)}>
          {initials}
        </button>
      }
      header={
        <>
          <strong>{displayName || name}</strong>
          {displayName && <span className="fine">{name}</span>}
          <span className="fine">{roleText}</span>
        </>
      }
      actions={[
        {
          label: texts.people.profile.title,
          icon: <IconUserCircle size={16} aria-hidden />,
          onSelect: () => void navigate({ to: '/profile' }),
        },
        {
          label: texts.people.sessions.title,
          icon: <IconDeviceDesktop size={16} aria-hidden />,
          onSelect: () => void navigate({ to: '/profile/sessions' }),
        },
        {
          label: texts.tokens.title,
          icon: <IconKey size={16} aria-hidden />,
          onSelect: () => void navigate({ to: '/profile/tokens', search: {} }),
        },
        { label: texts.shell.signOut, icon: <IconLogout size={16} aria-hidden />, onSelect: signOut },
      ]}
    />
  )
}
