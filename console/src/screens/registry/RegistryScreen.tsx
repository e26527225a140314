import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { IconPlugConnected, IconUnlink } from '@tabler/icons-react'
import { type ReactNode, useEffect, useState } from 'react'
import { asApiError } from '../../api/problem'
import { registryQuery } from '../../api/registries'
import type { Registry, SeenRegistry } from '../../api/types'
import { useI18n, useTexts } from '../../i18n/context'
import { useFetched } from '../../lib/useFetched'
import { useScope } from '../../shell/useScope'
import { Button, ButtonLink } from '../../ui/Button'
import { CertificateChip } from '../../ui/CertificateChip'
import { Copy } from '../../ui/Copy'
import { Glyph } from '../../ui/Glyph'
import { HealthChip } from '../../ui/HealthChip'
import { PageTitle } from '../../ui/PageTitle'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { Skeleton } from '../../ui/Skeleton'
import { StaleNotice } from '../../ui/StaleNotice'
import { Tip } from '../../ui/Tip'
import { UnverifiedChip } from '../../ui/UnverifiedChip'
import { OutlinePage } from './OutlinePage'
import { registriesLink, type registryLink, type repositoriesLink } from './registryLink'
import { disabledReason, RegistryMenu } from './RegistryMenu'
import { RegistryTabs } from './RegistryTabs'
import { SuspensionNotice } from './SuspensionNotice'

const fetchEditDrawer = async () => (await import('../registries/EditDrawer')).EditDrawer
const fetchTestDialog = async () => (await import('./TestDialog')).TestDialog
const fetchDisconnectDialog = async () => (await import('./DisconnectDialog')).DisconnectDialog
const fetchConfirmDialog = async () => (await import('./ConfirmServerDialog')).ConfirmServerDialog
const fetchRotateDialog = async () => (await import('../registries/RotateDialog')).RotateDialog

interface RegistryScreenProps {
  /** The way to this part of a registry. */
  link: typeof registryLink | typeof repositoriesLink
  /** What stands below the registry's head. */
  children: (registry: Registry) => ReactNode
}

/** One registry: its head, and below it one part of it. */
export function RegistryScreen({ link, children }: RegistryScreenProps) {
  const { texts, format } = useI18n()
  const { id = '' } = useParams({ strict: false })
  const query = useQuery(registryQuery(id))
  const error = query.isError ? asApiError(query.error) : null
  useOwnScope(query.data, link)

  // Gone is gone, even when an older answer is still in memory.
  if (error?.code === 'object.not_found') return <Gone />
  if (query.data === undefined) {
    return error ? (
      <>
        <Breadcrumb />
        <PageTitle title={texts.registry.failedTitle} />
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
      {query.data.detail === 'full' && <RegistryHeader key={query.data.id} registry={query.data} />}
      {error && (
        <StaleNotice
          text={texts.registry.stale(format.dateTime(new Date(query.dataUpdatedAt).toISOString()))}
          onRetry={() => void query.refetch()}
        />
      )}
      {query.data.detail === 'outline' ? (
        <OutlinePage registry={query.data} />
      ) : (
        <>
          <RegistryTabs id={query.data.id} />
          {children(query.data)}
        </>
      )}
    </>
  )
}

/** A link from elsewhere may name another scope than the registry's own: the page moves to where it belongs. */
function useOwnScope(registry: SeenRegistry | undefined, link: typeof registryLink | typeof repositoriesLink): void {
  const scope = useScope()
  const navigate = useNavigate()
  const id = registry?.id
  const owner = registry?.owner
  const ownerId = owner?.type === 'workspace' ? owner.id : undefined
  const here = scope.type === 'workspace' ? scope.id : undefined
  useEffect(() => {
    if (id === undefined || ownerId === undefined || ownerId === here) return
    void navigate({ ...link({ type: 'workspace', id: ownerId }, id), replace: true })
  }, [id, ownerId, here, navigate, link])
}

function Breadcrumb({ name }: { name?: string }) {
  const texts = useTexts()
  const scope = useScope()
  return (
    <nav className="breadcrumb" aria-label={texts.registry.breadcrumb}>
      <ol>
        <li>
          <Link {...registriesLink(scope)}>
            {texts.registries.title}
          </Link>
        </li>
        {name && <li aria-current="page">{name}</li>}
      </ol>
    </nav>
  )
}

function RegistryHeader({ registry }: { registry: Registry }) {
  const texts = useTexts()
  const navigate = useNavigate()
  const scope = useScope()
  const [testing, setTesting] = useState(false)
  const [editing, setEditing] = useState(false)
  const [rotating, setRotating] = useState(false)
  const EditDrawer = useFetched(fetchEditDrawer)
  const RotateDialog = useFetched(fetchRotateDialog)
  const TestDialog = useFetched(fetchTestDialog)
  const DisconnectDialog = useFetched(fetchDisconnectDialog)
  const ConfirmServerDialog = useFetched(fetchConfirmDialog)
  const [disconnecting, setDisconnecting] = useState(false)
  const [confirming, setConfirming] = useState(false)
  const testBlocked = disabledReason(texts, registry, 'test')

  return (
    <>
      <div className="page-head registry-head">
        <div className="registry-title">
          <Glyph kind={registry.kind} size={44} />
          <div>
            <div className="title-line">
              <PageTitle title={registry.name} />
              <HealthChip health={registry.health.status} />
              {!registry.verified && <UnverifiedChip />}
              <CertificateChip expiresAt={registry.certificate?.expires_at} />
            </div>
            <div className="copyable">
              <span className="mono break">{registry.address}</span>
              <Copy value={registry.address} />
            </div>
          </div>
        </div>
        <div className="head-actions">
          <Tip text={testBlocked ?? ''} disabled={!testBlocked}>
            <Button
              icon={<IconPlugConnected size={16} stroke={1.7} aria-hidden />}
              aria-disabled={testBlocked ? true : undefined}
              data-disabled={testBlocked ? true : undefined}
              onClick={() => !testBlocked && setTesting(true)}
            >
              {texts.registry.test}
            </Button>
          </Tip>
          <RegistryMenu
            registry={registry}
            label={texts.registry.more}
            size={36}
            outlined
            onEdit={() => setEditing(true)}
            onRotate={() => setRotating(true)}
            onDisconnect={() => setDisconnecting(true)}
          />
        </div>
        {TestDialog && <TestDialog registry={testing ? registry : null} onClose={() => setTesting(false)} />}
        {EditDrawer && <EditDrawer registry={editing ? registry : null} onClose={() => setEditing(false)} />}
        {RotateDialog && <RotateDialog registry={rotating ? registry : null} onClose={() => setRotating(false)} />}
        {DisconnectDialog && (
          <DisconnectDialog
            registry={disconnecting ? registry : null}
            onClose={() => setDisconnecting(false)}
            onDisconnected={() => void navigate(registriesLink(scope))}
          />
        )}
        {ConfirmServerDialog && (
          <ConfirmServerDialog registry={confirming ? registry : null} onClose={() => setConfirming(false)} />
        )}
      </div>
      <SuspensionNotice registry={registry} onConfirm={() => setConfirming(true)} onEdit={() => setEditing(true)} />
    </>
  )
}

function Gone() {
  const texts = useTexts()
  const scope = useScope()
  return (
    <div className="empty page-empty">
      <span className="empty-icon" aria-hidden>
        <IconUnlink size={28} stroke={1.5} />
      </span>
      <PageTitle title={texts.registry.goneTitle} />
      <p>{texts.registry.goneHelp}</p>
      <ButtonLink {...registriesLink(scope)} tone="primary">
        {texts.registry.toList}
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
        <Skeleton width={260} height={44} />
      </div>
      <div className="card card-body">
        <Skeleton width="100%" height={80} />
      </div>
      <div className="columns">
        <div className="card card-body">
          <Skeleton width="100%" height={220} />
        </div>
        <div className="card card-body">
          <Skeleton width="100%" height={220} />
        </div>
      </div>
    </div>
  )
}
