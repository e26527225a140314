import { useQuery } from '@tanstack/react-query'
import { useLocation, useRouter } from '@tanstack/react-router'
import {
  IconAnchor,
  IconBox,
  IconBoxMultiple,
  IconDeviceDesktop,
  IconHistory,
  IconKey,
  IconKeyboard,
  IconLanguage,
  IconLogout,
  IconMoon,
  IconPlus,
  IconSun,
  IconUser,
  IconUserCircle,
  IconUserPlus,
  IconUsersGroup,
} from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { isGiven, sessionQuery } from '../../api/session'
import type { Permission } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { LANGUAGE_TAG } from '../../i18n/locale'
import { sectionPath } from '../../lib/scope'
import { useColorScheme } from '../../ui/colorScheme'
import type { Command } from '../../ui/CommandDialog'
import { useSignOut } from '../useSignOut'
import { useShellScope } from '../useScope'

interface Entries {
  pages: Command[]
  actions: Command[]
}

/** What can be opened and done from everywhere, by this person. */
export function useEntries(onShowShortcuts: () => void): Entries {
  const { locale, texts, setLocale } = useI18n()
  const router = useRouter()
  const signOut = useSignOut()
  const { current: theme, toggle } = useColorScheme()
  const { data: session } = useQuery(sessionQuery)
  const { people, palette, tokens, workspaces } = texts
  // On a registry's pages, what it holds is one step away.
  const ofRegistry = useLocation({ select: ({ pathname }) => /^.*\/registries\/[^/]+/.exec(pathname)?.[0] })
  const otherLocale = locale === 'en' ? 'zh' : 'en'

  const may = (permission: Permission) => isGiven(session?.allowed_actions, permission)
  const open = (path: string) => () => router.history.push(path)
  const page = (id: string, label: string, icon: ReactNode, path: string): Command => ({ id, label, icon, run: open(path) })

  const scope = useShellScope(session)
  const images = scope && sectionPath(scope, 'images')

  const pages = [
    ofRegistry !== undefined &&
      page('repositories', texts.inventory.palette, <IconBoxMultiple {...icon} />, `${ofRegistry}/repositories`),
    may('registry.read') && page('registries', texts.nav.registries, <IconAnchor {...icon} />, '/registries'),
    images !== null && page('images', texts.nav.images, <IconBox {...icon} />, images),
    may('workspace.read') && page('workspaces', workspaces.title, <IconUsersGroup {...icon} />, '/workspaces'),
    may('user.read') && page('users', people.nav, <IconUser {...icon} />, '/users'),
    page('audit', texts.nav.audit, <IconHistory {...icon} />, '/audit'),
    page('profile', people.profile.title, <IconUserCircle {...icon} />, '/profile'),
    page('sessions', people.sessions.title, <IconDeviceDesktop {...icon} />, '/profile/sessions'),
    page('tokens', tokens.title, <IconKey {...icon} />, '/profile/tokens'),
  ]
  const actions = [
    may('registry.integrate') &&
      page('integrate', texts.registries.integrate, <IconPlus {...icon} />, '/registries?integrate=true'),
    may('workspace.create') &&
      page('create-workspace', workspaces.create.title, <IconPlus {...icon} />, '/workspaces?create=true'),
    may('user.create') && page('create-user', people.create, <IconUserPlus {...icon} />, '/users?create=true'),
    page('create-token', tokens.create, <IconKey {...icon} />, '/profile/tokens?create=true'),
    {
      id: 'theme',
      label: theme === 'dark' ? texts.shell.toLight : texts.shell.toDark,
      icon: theme === 'dark' ? <IconSun {...icon} /> : <IconMoon {...icon} />,
      run: toggle,
    },
    {
      id: 'language',
      label: texts.switchLanguage,
      lang: LANGUAGE_TAG[otherLocale],
      icon: <IconLanguage {...icon} />,
      run: () => void setLocale(otherLocale),
    },
    { id: 'shortcuts', label: palette.shortcuts, icon: <IconKeyboard {...icon} />, run: onShowShortcuts },
    { id: 'sign-out', label: texts.shell.signOut, icon: <IconLogout {...icon} />, run: signOut },
  ]
  return { pages: pages.filter((each) => each !== false), actions: actions.filter((each) => each !== false) }
}

const icon = { size: 17, stroke: 1.7, 'aria-hidden': true } as const
