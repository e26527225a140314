import { useQuery } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { IconUser, IconUsersGroup } from '@tabler/icons-react'
import { foundRegistriesQuery, foundUsersQuery, foundWorkspacesQuery } from '../../api/search'
import { isGiven, sessionQuery } from '../../api/session'
import { useTexts } from '../../i18n/context'
import { sectionPath } from '../../lib/scope'
import { useDebounced } from '../../lib/useDebounced'
import type { Command, CommandGroup } from '../../ui/CommandDialog'
import { Glyph } from '../../ui/Glyph'

const TYPING_PAUSE_MS = 150

interface Found {
  groups: CommandGroup[]
  searching: boolean
  failed: boolean
  retry: () => void
}

/**
 * What the server finds by name. Only answers to the words as they stand are given: one that arrives late, for words
 * that were typed over meanwhile, is for another question.
 */
export function useFound(words: string): Found {
  const { palette } = useTexts()
  const router = useRouter()
  const { data: session } = useQuery(sessionQuery)
  const wanted = words.trim()
  const asked = useDebounced(wanted, TYPING_PAUSE_MS)
  const settled = asked === wanted
  const seesUsers = isGiven(session?.allowed_actions, 'user.read')
  const asking = asked !== '' && settled

  const registries = useQuery({ ...foundRegistriesQuery(asked), enabled: asking })
  const workspaces = useQuery({ ...foundWorkspacesQuery(asked), enabled: asking })
  const users = useQuery({ ...foundUsersQuery(asked), enabled: asking && seesUsers })
  const queries = [registries, workspaces, users]

  const go = (path: string) => () => router.history.push(path)
  const group = (id: string, title: string, commands: Command[] | undefined): CommandGroup[] =>
    asking && commands && commands.length > 0 ? [{ id, title, commands }] : []

  return {
    groups: [
      ...group(
        'registries',
        palette.groups.registries,
        registries.data?.items.map(({ id, name, kind, address, owner }) => ({
          id: `registry-${id}`,
          label: name,
          detail: address,
          icon: <Glyph kind={kind} size={20} />,
          run: go(`${sectionPath(owner, 'registries')}/${id}`),
        })),
      ),
      ...group(
        'workspaces',
        palette.groups.workspaces,
        workspaces.data?.items.map(({ id, name, description }) => ({
          id: `workspace-${id}`,
          label: name,
          detail: description,
          icon: <IconUsersGroup size={17} stroke={1.7} aria-hidden />,
          run: go(sectionPath({ type: 'workspace', id }, 'registries')),
        })),
      ),
      ...group(
        'users',
        palette.groups.users,
        users.data?.items.map(({ id, name, display_name: displayName }) => ({
          id: `user-${id}`,
          label: name,
          detail: displayName,
          icon: <IconUser size={17} stroke={1.7} aria-hidden />,
          run: go(`/users/${id}`),
        })),
      ),
    ],
    searching: wanted !== '' && (!settled || queries.some((query) => query.isFetching && !query.data)),
    failed: asking && queries.some((query) => query.isError),
    retry: () => {
      for (const query of queries) if (query.isError) void query.refetch()
    },
  }
}
