import { IconDots, IconKey, IconPencil, IconPlugConnected, IconPlugConnectedX, IconRefresh } from '@tabler/icons-react'
import { asApiError } from '../../api/problem'
import { useRefreshRegistry } from '../../api/registries'
import { allowance } from '../../api/session'
import type { Permission, Registry } from '../../api/types'
import { useTexts } from '../../i18n/context'
import type { Texts } from '../../i18n/en'
import { errorText } from '../../i18n/problemText'
import { IconButton } from '../../ui/IconButton'
import { Menu, type MenuAction } from '../../ui/Menu'
import { notify } from '../../ui/Toasts'

/** The permissions behind what can be done to a registry. */
export const REGISTRY_ACTIONS = {
  test: 'registry.test',
  edit: 'registry.edit',
  refresh: 'registry.refresh',
  disconnect: 'registry.disconnect',
} as const satisfies Record<string, Permission>

/** Why an action on a registry cannot be used, or undefined when it can. */
export function disabledReason(
  texts: Texts,
  registry: Registry,
  action: keyof typeof REGISTRY_ACTIONS,
): string | undefined {
  const { allowed, reason } = allowance(registry.allowed_actions, REGISTRY_ACTIONS[action])
  // What is stored is not tried at another server.
  const suspended = action === 'test' && registry.suspension != null
  if (allowed && !suspended) return undefined
  const { title, remedy } = errorText(texts, allowed ? 'registry.suspended' : (reason ?? 'permission.denied'))
  return texts.problem.both(title, remedy)
}

interface RegistryMenuProps {
  registry: Registry
  label: string
  size: number
  outlined?: boolean
  /** Left out where a button for it stands beside the menu. */
  onTest?: () => void
  onEdit: () => void
  onRotate: () => void
  onDisconnect: () => void
}

export function RegistryMenu({ registry, label, size, outlined, ...on }: RegistryMenuProps) {
  const texts = useTexts()
  const refresh = useRefreshRegistry()
  const editBlocked = disabledReason(texts, registry, 'edit')
  const actions: (MenuAction | false)[] = [
    on.onTest !== undefined && {
      label: texts.registry.test,
      icon: <IconPlugConnected size={16} stroke={1.7} aria-hidden />,
      disabledReason: disabledReason(texts, registry, 'test'),
      onSelect: on.onTest,
    },
    {
      label: texts.registryCare.refresh,
      icon: <IconRefresh size={16} stroke={1.7} aria-hidden />,
      disabledReason: disabledReason(texts, registry, 'refresh'),
      onSelect: () =>
        refresh.mutate(registry, {
          onSuccess: () => notify(texts.registryCare.refreshed(registry.name)),
          onError: (error) => {
            const { title, remedy } = errorText(texts, asApiError(error).code)
            notify(texts.problem.both(title, remedy))
          },
        }),
    },
    {
      label: texts.registryEdit.edit,
      icon: <IconPencil size={16} stroke={1.7} aria-hidden />,
      disabledReason: editBlocked,
      onSelect: on.onEdit,
    },
    // Without an account there is no credential.
    registry.username != null && {
      label: texts.registryEdit.rotate,
      icon: <IconKey size={16} stroke={1.7} aria-hidden />,
      disabledReason: editBlocked,
      onSelect: on.onRotate,
    },
    {
      label: texts.registry.disconnect,
      icon: <IconPlugConnectedX size={16} stroke={1.7} aria-hidden />,
      danger: true,
      disabledReason: disabledReason(texts, registry, 'disconnect'),
      onSelect: on.onDisconnect,
    },
  ]
  return (
    <Menu
      trigger={
        <IconButton label={label} size={size} withTip={false} outlined={outlined}>
          <IconDots size={18} aria-hidden />
        </IconButton>
      }
      actions={actions.filter((action) => action !== false)}
    />
  )
}
