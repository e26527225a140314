import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { IconUnlink } from '@tabler/icons-react'
import { artifactQuery, repositoryQuery, useRefreshRepository } from '../../api/inventory'
import { asApiError } from '../../api/problem'
import { registryQuery } from '../../api/registries'
import type { Artifact, RepositoryDetail } from '../../api/types'
import { useBook } from '../../i18n/book'
import { artifactBook } from '../../i18n/books/artifact'
import { useI18n, useTexts } from '../../i18n/context'
import { errorText } from '../../i18n/problemText'
import { useScope } from '../../shell/useScope'
import { ButtonLink } from '../../ui/Button'
import { GuardedButton } from '../../ui/GuardedButton'
import { Notice } from '../../ui/Notice'
import { PageTitle } from '../../ui/PageTitle'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { Skeleton } from '../../ui/Skeleton'
import { StaleNotice } from '../../ui/StaleNotice'
import { notify } from '../../ui/Toasts'
import { repositoryLink } from '../registry/registryLink'
import { RepositoryBreadcrumb } from '../repository/RepositoryBreadcrumb'
import { CommandsCard } from '../shared/CommandsCard'
import { disabledAction } from '../shared/disabledAction'
import { ArchitecturesCard } from './ArchitecturesCard'
import { ArtifactHead } from './ArtifactHead'
import { ChartCard } from './ChartCard'
import { ConfigCard } from './ConfigCard'
import { DocumentsCard } from './DocumentsCard'
import { FactsCard } from './FactsCard'
import { LayersCard } from './LayersCard'
import { ManifestCard } from './ManifestCard'
import { ReferrersCard } from './ReferrersCard'
import { TextsCard } from './TextsCard'

const CHART_CONFIG = 'application/vnd.cncf.helm.config.v1+json'

/** One artifact: what it is, what it is made of, and how it is fetched. */
export function ArtifactScreen() {
  const { texts, format } = useI18n()
  const words = useBook(artifactBook)
  const { id = '', repositoryId = '', digest = '' } = useParams({ strict: false })
  const query = useQuery(artifactQuery(repositoryId, digest))
  const { data: detail, error: repositoryError } = useQuery(repositoryQuery(repositoryId))
  const { data: registry } = useQuery(registryQuery(id))
  const error = query.isError ? asApiError(query.error) : repositoryError && !detail ? asApiError(repositoryError) : null

  // Gone is gone, even when an older answer is still in memory.
  if (error?.code === 'object.not_found' || error?.code === 'request.malformed') {
    return <Gone registryId={id} repositoryId={repositoryId} />
  }
  if (query.data === undefined || detail === undefined) {
    return error ? (
      <>
        <PageTitle title={words.failedTitle} />
        <div className="page-problem">
          <ProblemNotice error={error} onRetry={() => void query.refetch()} />
        </div>
      </>
    ) : (
      <Loading />
    )
  }
  const artifact = query.data
  return (
    <>
      <RepositoryBreadcrumb detail={detail} digest={artifact.digest} />
      {/* Another artifact is another page, even where nothing had to be fetched: its title is told anew. */}
      <ArtifactHead key={`head-${artifact.digest}`} artifact={artifact} detail={detail} registry={registry} />
      {error && (
        <StaleNotice
          text={texts.registry.stale(format.dateTime(new Date(query.dataUpdatedAt).toISOString()))}
          onRetry={() => void query.refetch()}
        />
      )}
      {!artifact.read && <Unread artifact={artifact} detail={detail} />}
      <div className="stack" key={artifact.digest}>
        {registry && (
          <CommandsCard
            registry={registry}
            repository={detail.repository.name}
            tags={artifact.tags.map((name) => ({ name, digest: artifact.digest, kind: artifact.kind ?? null }))}
            digest={artifact.digest}
            kind={artifact.kind ?? null}
          />
        )}
        <Sections artifact={artifact} detail={detail} />
      </div>
    </>
  )
}

/** What belongs to this kind of artifact, and nothing of the others. */
function Sections({ artifact, detail: { repository } }: { artifact: Artifact; detail: RepositoryDetail }) {
  const facts = <FactsCard artifact={artifact} repository={repository} />
  const said = artifact.referrers.length > 0 && <ReferrersCard artifact={artifact} repository={repository} />
  const manifest = <ManifestCard artifact={artifact} repository={repository} />
  // What is said about it is known whether or not it was read.
  if (!artifact.read) {
    return (
      <>
        {facts}
        {said}
        {manifest}
      </>
    )
  }
  const { kind, config_summary: config } = artifact
  const lists = artifact.children.length > 0 || kind === 'index'
  return (
    <>
      {kind === 'image' ? (
        <div className="columns artifact-columns">
          {facts}
          <ConfigCard artifact={artifact} repository={repository} />
        </div>
      ) : kind === 'helm' && isChart(artifact) ? (
        <div className="columns artifact-columns">
          {facts}
          <ChartCard artifact={artifact} />
        </div>
      ) : (
        facts
      )}
      {lists && <ArchitecturesCard artifact={artifact} repository={repository} />}
      {said}
      {kind === 'image' && <LayersCard artifact={artifact} repository={repository} />}
      {kind !== 'image' && (!lists || artifact.layers.length > 0) && (
        <DocumentsCard artifact={artifact} repository={repository} />
      )}
      {kind === 'image' && config && (
        <TextsCard of="labels" texts={config.labels} cut={config.labels_cut} leftOut={config.left_out.labels} />
      )}
      <TextsCard
        of="annotations"
        texts={artifact.annotations}
        cut={artifact.annotations_cut}
        leftOut={artifact.annotations_left_out}
      />
      {manifest}
    </>
  )
}

/** Whether there is something a chart could say of itself: clients other than Helm may leave it out. */
function isChart({ chart, config }: Artifact): boolean {
  return chart != null || (config?.media_type === CHART_CONFIG && !config.foreign)
}

/** Why there is little to see, and what can be done about it. */
function Unread({ artifact, detail }: { artifact: Artifact; detail: RepositoryDetail }) {
  const texts = useTexts()
  const words = useBook(artifactBook)
  const refresh = useRefreshRepository(detail.repository.id)
  const blocked = disabledAction(texts, detail.allowed_actions, 'registry.refresh', false)
  const trouble = artifact.trouble ? errorText(texts, artifact.trouble) : null
  return (
    <div className="stack artifact-unread">
      <Notice
        tone={trouble ? 'bad' : 'info'}
        title={trouble ? trouble.title : words.unreadTitle}
        actions={
          <GuardedButton
            blocked={blocked}
            loading={refresh.isPending}
            onClick={() => refresh.mutate(undefined, { onSuccess: () => notify(words.asked) })}
          >
            {words.readAgain}
          </GuardedButton>
        }
      >
        {trouble && <p>{trouble.remedy}</p>}
        <p>{trouble ? words.failedHelp : words.unreadHelp}</p>
      </Notice>
      {refresh.isError && <ProblemNotice error={asApiError(refresh.error)} />}
    </div>
  )
}

function Gone({ registryId, repositoryId }: { registryId: string; repositoryId: string }) {
  const words = useBook(artifactBook)
  const scope = useScope()
  return (
    <div className="empty page-empty">
      <span className="empty-icon" aria-hidden>
        <IconUnlink size={28} stroke={1.5} />
      </span>
      <PageTitle title={words.goneTitle} />
      <p>{words.goneHelp}</p>
      <ButtonLink {...repositoryLink(scope, registryId, repositoryId)} tone="primary">
        {words.toRepository}
      </ButtonLink>
    </div>
  )
}

/** The page's shape while it is fetched. */
function Loading() {
  const texts = useTexts()
  return (
    <div aria-busy>
      <p className="visually-hidden" role="status">
        {texts.loading}
      </p>
      <div className="page-head">
        <Skeleton width={320} height={44} />
      </div>
      <div className="stack">
        {[110, 220, 320].map((height) => (
          <div key={height} className="card card-body">
            <Skeleton width="100%" height={height} />
          </div>
        ))}
      </div>
    </div>
  )
}
