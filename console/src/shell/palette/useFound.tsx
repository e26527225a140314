import { useQuery } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { IconBox, IconTag, IconUser, IconUsersGroup } from '@tabler/icons-react'
import { foundImagesQuery, foundRegistriesQuery, foundUsersQuery, foundWorkspacesQuery } from '../../api/search'
import { isGiven, sessionQuery } from '../../api/session'
import type { Image } from '../../api/types'
import { useTexts } from '../../i18n/context'
import { PLATFORM, scopeOfOwner, sectionPath } from '../../lib/scope'
import { useDebounced } from '../../lib/useDebounced'
import type { Command, CommandGroup } from '../../ui/CommandDialog'
import { Glyph } from '../../ui/Glyph'
import { useShellScope } from '../useScope'

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
  const images = useQuery({ ...foundImagesQuery(asked), enabled: asking })
  const queries = [registries, images, workspaces, users]

  const here = useShellScope(session) ?? PLATFORM
  // Who has a platform role sees the platform's registries there, members in the workspace they are in.
  const place = session?.user.platform_role ? PLATFORM : here
  const repositoryPath = (owner: Image['owner'], registryId: string, id: string) =>
    `${sectionPath(scopeOfOwner(owner, place), 'registries')}/${registryId}/repositories/${id}`

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
        'repositories',
        palette.groups.repositories,
        images.data?.repositories.map(({ repository, registry, owner }) => ({
          id: `repository-${repository.id}`,
          label: repository.name,
          detail: registry,
          icon: <IconBox size={17} stroke={1.7} aria-hidden />,
          run: go(repositoryPath(owner, repository.registry_id, repository.id)),
        })),
      ),
      ...group(
        'tags',
        palette.groups.tags,
        images.data?.tags.map(({ repository_id: id, registry_id: registryId, repository, tag, digest, registry, owner }) => ({
          id: `tag-${id}-${tag}`,
          label: `${repository}:${tag}`,
          detail: registry,
          icon: <IconTag size={17} stroke={1.7} aria-hidden />,
          // What nobody looked behind yet has no page of its own.
          run: go(repositoryPath(owner, registryId, id) + (digest == null ? '' : `/artifacts/${digest}`)),
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
