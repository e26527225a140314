import { IconLogout } from '@tabler/icons-react'
import { useLogOut } from '../api/session'
import type { Session } from '../api/types'
import { useTexts } from '../i18n/context'
import { Menu } from '../ui/Menu'

/** Who is signed in, and the way out. */
export function AccountMenu({ session }: { session: Session }) {
  const texts = useTexts()
  const logOut = useLogOut()
  const { name, platform_role: role } = session.user
  const initials = name.slice(0, 2).toUpperCase()
  const roleText =
    role === 'admin' ? texts.shell.roleAdmin : role === 'auditor' ? texts.shell.roleAuditor : texts.shell.roleNone

  const signOut = () => {
    logOut.mutate(undefined, {
      // A whole reload: nothing of what this person saw may stay in memory.
      onSettled: () => location.assign('/login'),
    })
  }

  return (
    <Menu
      trigger={
        <button type="button" className="avatar" aria-label={texts.shell.account(initials, name)}>
          {initials}
        </button>
      }
      header={
        <>
          <strong>{name}</strong>
          <span className="fine">{roleText}</span>
        </>
      }
      actions={[{ label: texts.shell.signOut, icon: <IconLogout size={16} aria-hidden />, onSelect: signOut }]}
    />
  )
}
