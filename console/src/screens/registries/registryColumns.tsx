import { Link } from '@tanstack/react-router'
import { IconEye, IconUsersGroup, IconWorld } from '@tabler/icons-react'
import type { Registry } from '../../api/types'
import { useI18n } from '../../i18n/context'
import type { Texts } from '../../i18n/en'
import type { Formatters } from '../../i18n/format'
import type { RegistrySort } from '../../lib/registrySearch'
import type { Scope } from '../../lib/scope'
import { Bytes } from '../../ui/Bytes'
import { Copy } from '../../ui/Copy'
import type { Column, ColumnSort } from '../../ui/DataTable'
import { Glyph } from '../../ui/Glyph'
import { IconLink } from '../../ui/IconButton'
import { ObservedValue } from '../../ui/ObservedValue'
import { registryLink } from '../registry/registryLink'
import { RegistryMenu } from '../registry/RegistryMenu'
import { HealthCell } from './HealthCell'

interface ColumnContext {
  texts: Texts
  format: Formatters
  scope: Scope
  sort: RegistrySort | undefined
  onSort: (sort: RegistrySort | undefined) => void
  onTest: (registry: Registry) => void
  onEdit: (registry: Registry) => void
  onRotate: (registry: Registry) => void
  onDisconnect: (registry: Registry) => void
}

function nameSort({ texts, sort, onSort }: ColumnContext): ColumnSort {
  return {
    label: texts.registries.sortByName,
    direction: sort === 'name' ? 'ascending' : sort === '-name' ? 'descending' : null,
    onSort: () => onSort(sort === 'name' ? '-name' : 'name'),
  }
}

function healthSort({ texts, sort, onSort }: ColumnContext): ColumnSort {
  return {
    label: texts.registries.attentionFirst,
    direction: sort === undefined || sort === 'attention' ? 'ascending' : null,
    onSort: () => onSort(undefined),
  }
}

/** The columns of the registries list. */
export function registryColumns(context: ColumnContext): Column<Registry>[] {
  const { texts, format } = context
  const { columns } = texts.registries
  const all: Column<Registry>[] = [
    {
      id: 'name',
      header: columns.name,
      rowHeader: true,
      sort: nameSort(context),
      cell: (registry) => (
        <div className="name-cell">
          <Glyph kind={registry.kind} />
          <div className="name-text">
            <Link className="row-link" {...registryLink(context.scope, registry.id)} title={registry.name}>
              {registry.name}
            </Link>
            <div className="fine">
              {texts.kind[registry.kind]} {registry.version}
            </div>
          </div>
        </div>
      ),
    },
    {
      id: 'health',
      header: columns.health,
      sort: healthSort(context),
      cell: (registry) => <HealthCell registry={registry} />,
    },
    {
      id: 'address',
      header: columns.address,
      cell: (registry) => (
        <div className="address-cell">
          <span className="mono" title={registry.address}>
            {registry.address}
          </span>
          <Copy value={registry.address} />
        </div>
      ),
    },
    {
      id: 'owner',
      header: columns.owner,
      cell: ({ owner }) => {
        const Icon = owner.type === 'platform' ? IconWorld : IconUsersGroup
        return (
          <span className="owner">
            <Icon size={15} stroke={1.6} aria-hidden />
            {texts.owner[owner.type]}
          </span>
        )
      },
    },
    {
      id: 'spaces',
      header: columns.spaces,
      align: 'end',
      cell: ({ statistics }) => (
        <ObservedValue observed={statistics.spaces}>
          {(value) => <span className="num">{format.number(value)}</span>}
        </ObservedValue>
      ),
    },
    {
      id: 'repositories',
      header: columns.repositories,
      align: 'end',
      cell: ({ statistics }) => (
        <ObservedValue observed={statistics.repositories}>
          {(value) => <span className="num">{format.number(value)}</span>}
        </ObservedValue>
      ),
    },
    {
      id: 'storage',
      header: columns.storage,
      align: 'end',
      cell: ({ statistics }) => (
        <ObservedValue observed={statistics.storage_bytes}>
          {(value) => (
            <>
              <Bytes value={value} />
              <ReadSoFar read={statistics.manifests_read} />
            </>
          )}
        </ObservedValue>
      ),
    },
    {
      id: 'actions',
      header: columns.actions,
      hiddenHeader: true,
      align: 'end',
      cell: (registry) => (
        <div className="row-actions">
          <IconLink
            {...registryLink(context.scope, registry.id)}
            label={texts.registries.view(registry.name)}
            size={30}
          >
            <IconEye size={18} stroke={1.7} aria-hidden />
          </IconLink>
          <RegistryMenu
            registry={registry}
            label={texts.registries.menu(registry.name)}
            size={30}
            onTest={() => context.onTest(registry)}
            onEdit={() => context.onEdit(registry)}
            onRotate={() => context.onRotate(registry)}
            onDisconnect={() => context.onDisconnect(registry)}
          />
        </div>
      ),
    },
  ]
  // In a workspace every registry is its own.
  return context.scope.type === 'workspace' ? all.filter((column) => column.id !== 'owner') : all
}

/** Says that a figure is not the whole of it yet. */
function ReadSoFar({ read }: { read: Registry['statistics']['manifests_read'] }) {
  const { texts, format } = useI18n()
  if (read == null || read.read >= read.known) return null
  return (
    <div className="fine num">{texts.inventory.manifestsRead(format.number(read.read), format.number(read.known))}</div>
  )
}
