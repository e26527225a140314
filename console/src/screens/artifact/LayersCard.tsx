import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { sharedLayersQuery } from '../../api/inventory'
import type { Artifact, Repository, SharedLayers } from '../../api/types'
import { useBook } from '../../i18n/book'
import { artifactBook } from '../../i18n/books/artifact'
import { useI18n } from '../../i18n/context'
import { sizeText } from '../../i18n/figures'
import { bareLayers, type BuiltLayer, matchLayers, sharingOf, stepText } from '../../lib/artifact'
import { plainText } from '../../lib/rawText'
import { shortDigest } from '../../lib/reference'
import { textBytes } from '../../lib/textBytes'
import { Button } from '../../ui/Button'
import { Card } from '../../ui/Card'
import { Copy } from '../../ui/Copy'
import { Fold } from '../../ui/Fold'
import { LongText } from '../../ui/RawText'
import { Skeleton } from '../../ui/Skeleton'
import { ConfigDownload } from './ConfigDownload'
import { type Found, LayerSharing } from './LayerSharing'
import { Raw } from './Raw'

/** More rows than these are shown on demand. */
const ROWS_SHOWN = 40

interface LayersCardProps {
  artifact: Artifact
  repository: Repository
}

/** What an image is made of: its layers beside the steps that made them. */
export function LayersCard({ artifact, repository }: LayersCardProps) {
  const { format } = useI18n()
  const { layers: words } = useBook(artifactBook)
  const { layers } = artifact
  const history = artifact.config_summary?.history ?? []
  const matched = history.length > 0 ? matchLayers(layers, history) : null
  const rows = matched ?? bareLayers(layers)
  const number = format.number(layers.length)
  const told = history.filter((step) => !step.empty_layer).length
  const count = words.count(number, layers.length === 1)
  const total = layers.reduce((sum, layer) => sum + layer.size_bytes, 0)
  const cutSteps = artifact.config_summary?.left_out.history ?? 0
  const shortened = history.filter((step) => step.created_by_bytes != null).length
  // What is stored elsewhere is nobody's here.
  const own = layers.some((layer) => !layer.foreign)
  const { data: shared, isError } = useQuery({ ...sharedLayersQuery(repository.id, artifact.digest), enabled: own })
  return (
    <Card
      title={words.title}
      aside={
        <span className="fine num">
          {count} · {sizeText(format, total)}
        </span>
      }
    >
      {artifact.config_summary != null && matched === null && layers.length > 0 && (
        <p className="card-body muted layers-note">
          {cutSteps > 0
            ? words.historyCut(format.number(cutSteps), cutSteps === 1)
            : history.length === 0
              ? words.noHistory
              : words.mismatch(words.count(format.number(told), told === 1), count)}
        </p>
      )}
      {shortened > 0 && (
        <p className="card-body muted layers-note layers-file">
          {words.stepsCut(format.number(shortened), shortened === 1)}
          <ConfigDownload artifact={artifact} repository={repository} />
        </p>
      )}
      {own && <Sum shared={shared} failed={isError} />}
      {rows.length === 0 ? (
        <p className="card-body muted">{words.none}</p>
      ) : (
        <Rows rows={rows} artifact={artifact} repository={repository} shared={shared} />
      )}
      {matched === null && history.length > 0 && (
        <div className="attestations">
          <Fold title={words.history(format.number(history.length))}>
            <ol className="layers">
              {history.map((step, index) => (
                <Row key={index} row={{ step, layer: null, number: null }} total={0} most={1} />
              ))}
            </ol>
          </Fold>
        </div>
      )}
    </Card>
  )
}

/** How much of it lies elsewhere too. */
function Sum({ shared, failed }: { shared: SharedLayers | undefined; failed: boolean }) {
  const { format } = useI18n()
  const { layers: words } = useBook(artifactBook)
  const size = (bytes: number) => sizeText(format, bytes)
  const alone = shared?.layers.every((layer) => layer.other_artifacts.exact)
  return (
    <p className="card-body muted layers-note">
      {shared === undefined ? (
        failed ? (
          words.sharingFailed
        ) : (
          <Skeleton width={280} height={18} />
        )
      ) : shared.shared_bytes > 0 ? (
        words.shared(size(shared.shared_bytes), size(shared.total_bytes))
      ) : alone ? (
        words.nothingShared
      ) : (
        words.nothingFound
      )}
    </p>
  )
}

interface RowsProps extends LayersCardProps {
  rows: readonly BuiltLayer[]
  shared: SharedLayers | undefined
}

function Rows({ rows, artifact, repository, shared }: RowsProps) {
  const { format } = useI18n()
  // Where nothing is shared the sum says so once, for all of them.
  const sharing = shared && shared.shared_bytes > 0 ? sharingOf(shared) : undefined
  const { layers: words } = useBook(artifactBook)
  const [all, setAll] = useState(false)
  const sizes = artifact.layers.map((layer) => layer.size_bytes)
  const total = sizes.reduce((sum, size) => sum + size, 0)
  const most = sizes.reduce((largest, size) => Math.max(largest, size), 1)
  const shown = all ? rows : rows.slice(0, ROWS_SHOWN)
  return (
    <>
      <ol className="layers">
        {shown.map((row, index) => (
          <Row
            key={index}
            row={row}
            total={total}
            most={most}
            found={row.layer ? sharing?.get(row.layer.digest) : undefined}
            registryId={repository.registry_id}
          />
        ))}
      </ol>
      {shown.length < rows.length && (
        <div className="card-actions">
          <Button onClick={() => setAll(true)}>{words.showAll(format.number(rows.length))}</Button>
        </div>
      )}
    </>
  )
}

interface RowProps {
  row: BuiltLayer
  /** Bytes of all layers, and of the largest. */
  total: number
  most: number
  /** Who else has the layer. */
  found?: Found | undefined
  registryId?: string
}

const PERCENT_LEAST = 0.001

function Row({ row: { step, layer, number }, total, most, found, registryId = '' }: RowProps) {
  const { locale, format } = useI18n()
  const { layers: words } = useBook(artifactBook)
  const { texts } = useBook(artifactBook)
  const share = layer && total > 0 ? layer.size_bytes / total : 0
  const percent = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: share < 0.1 ? 1 : 0 })
  const shareText = share > 0 && share < PERCENT_LEAST ? `< ${percent.format(PERCENT_LEAST)}` : percent.format(share)
  const name = number === null ? words.empty : words.number(format.number(number))
  const command = step?.created_by ? stepText(step.created_by) : null
  const comment = step?.comment
  return (
    <li data-empty={layer === null || undefined}>
      <span className="layer-number num" aria-hidden>
        {number === null ? '' : format.number(number)}
      </span>
      <div className="layer-what">
        {number !== null && <span className="visually-hidden">{name}</span>}
        {command !== null ? (
          <LongText
            text={command}
            oddTitle={texts.odd}
            more={step?.created_by_bytes != null ? texts.showKept : texts.showAll(sizeText(format, textBytes(command)))}
            less={texts.showLess}
            name={texts.whole(name)}
          />
        ) : (
          step !== null && <span className="fine">{words.noCommand}</span>
        )}
        {command !== null && step?.created_by_bytes != null && (
          <span className="fine">
            {texts.cut(sizeText(format, textBytes(step.created_by ?? '')), sizeText(format, step.created_by_bytes))}
          </span>
        )}
        {comment && !command?.includes(comment) && (
          <span className="fine break">
            <Raw text={comment} />
          </span>
        )}
        {layer && (
          <span className="layer-digest fine">
            <span className="mono" title={layer.digest}>
              {shortDigest(layer.digest)}
            </span>
            <Copy value={layer.digest} what={words.digestOf(format.number(number ?? 0))} />
            {layer.foreign ? (
              <span>{words.foreign}</span>
            ) : (
              found && <LayerSharing found={found} registryId={registryId} />
            )}
          </span>
        )}
      </div>
      {layer ? (
        <div className="layer-size" title={plainText(layer.media_type)}>
          <span className="num">{sizeText(format, layer.size_bytes)}</span>
          <span className="fine num">
            <span aria-hidden>{shareText}</span>
            <span className="visually-hidden">{words.share(shareText)}</span>
          </span>
          <span className="bar" aria-hidden>
            <span style={{ width: `${(layer.size_bytes / most) * 100}%` }} />
          </span>
        </div>
      ) : (
        <span className="layer-size fine">{step?.empty_layer && words.empty}</span>
      )}
    </li>
  )
}
