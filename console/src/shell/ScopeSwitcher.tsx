import { useQuery } from '@tanstack/react-query'
import { useLocation, useNavigate } from '@tanstack/react-router'
import { IconUsersGroup, IconWorld } from '@tabler/icons-react'
import { useDeferredValue, useMemo, useState } from 'react'
import type { Session } from '../api/types'
import { workspaceQuery, workspacesQuery } from '../api/workspaces'
import { useI18n } from '../i18n/context'
import { PLATFORM, type Scope, switchPath } from '../lib/scope'
import { Picker, type PickerOption } from '../ui/Picker'
import { VisuallyHidden } from '../ui/VisuallyHidden'

const SHOWN = 20
const PLATFORM_ID = 'platform'

interface ScopeSwitcherProps {
  session: Session
  scope: Scope | null
  onSwitched?: () => void
}

/** Names the scope one is in and leads to the others: the platform, and the workspaces one may see. */
export function ScopeSwitcher({ session, scope, onSwitched }: ScopeSwitcherProps) {
  const { texts, format } = useI18n()
  const words = texts.workspaces.scope
  const navigate = useNavigate()
  const path = useLocation({ select: (location) => location.pathname })
  const [opened, setOpened] = useState(false)
  const [typed, setTyped] = useState('')
  const q = useDeferredValue(typed.trim())
  const hasPlatform = session.user.platform_role !== null && session.user.platform_role !== undefined

  const current = useQuery({ ...workspaceQuery(scope?.type === 'workspace' ? scope.id : ''), enabled: scope?.type === 'workspace' })
  const found = useQuery({ ...workspacesQuery({ q: q === '' ? undefined : q }, SHOWN), enabled: opened })
  const page = found.data

  const options = useMemo(() => {
    const list: PickerOption<Scope>[] = []
    if (hasPlatform && (q === '' || words.platform.toLowerCase().includes(q.toLowerCase()))) {
      list.push({
        value: PLATFORM,
        id: PLATFORM_ID,
        label: words.platform,
        detail: words.platformHelp,
        icon: <IconWorld size={17} stroke={1.6} aria-hidden />,
      })
    }
    for (const workspace of page?.items ?? []) {
      list.push({
        value: { type: 'workspace', id: workspace.id },
        id: workspace.id,
        label: workspace.name,
        detail: workspace.role ? texts.workspaces.roles[workspace.role] : undefined,
        icon: <IconUsersGroup size={17} stroke={1.6} aria-hidden />,
      })
    }
    return list
  }, [hasPlatform, q, page, words, texts.workspaces.roles])

  const beyond = page ? page.total.value - page.items.length : 0
  const note = found.isError
    ? words.failed
    : page === undefined
      ? opened && texts.loading
      : options.length === 0
        ? words.noMatch
        : beyond > 0 && words.more(format.number(beyond))

  const isWorkspace = scope?.type === 'workspace'
  const Icon = isWorkspace ? IconUsersGroup : IconWorld
  const gone = current.isError && !current.data
  const name = scope === null || gone ? words.choose : isWorkspace ? current.data?.name : words.platform
  return (
    <Picker
      shown={
        <>
          <span className="scope-icon">
            <Icon size={17} stroke={1.7} aria-hidden />
          </span>
          <span className="scope-text">
            <span className="scope-name">
              <VisuallyHidden>{words.button}</VisuallyHidden> {name ?? '…'}
            </span>
            {scope && !gone && (
              <span className="fine" aria-hidden>
                {isWorkspace ? words.workspace : words.platformHelp}
              </span>
            )}
          </span>
        </>
      }
      listLabel={words.options}
      searchLabel={words.search}
      options={options}
      outdated={q !== typed.trim() || found.isPlaceholderData || found.isPending}
      current={scope === null ? null : scope.type === 'platform' ? PLATFORM_ID : scope.id}
      note={note || undefined}
      onOpen={setOpened}
      onSearch={setTyped}
      onPick={(to) => {
        onSwitched?.()
        void navigate({ href: switchPath(path, to) })
      }}
    />
  )
}
