import type { Artifact, Chart } from '../../api/types'
import { useBook } from '../../i18n/book'
import { artifactBook } from '../../i18n/books/artifact'
import { useI18n } from '../../i18n/context'
import { sizeText } from '../../i18n/figures'
import { textBytes } from '../../lib/textBytes'
import { Card } from '../../ui/Card'
import { Fold } from '../../ui/Fold'
import { type KeyValue, KeyValues } from '../../ui/KeyValues'
import { LongText } from '../../ui/RawText'
import { ConfigTrouble } from './ConfigTrouble'
import { NotKept } from './NotKept'
import { Raw } from './Raw'
import { WebAddress } from './WebAddress'

/** How many of a list are shown without being asked for. */
const SHOWN = 20

/** What a Helm chart says of itself. */
export function ChartCard({ artifact: { chart, config_trouble: trouble } }: { artifact: Artifact }) {
  const { chart: words } = useBook(artifactBook)
  const unsaid = trouble ? <ConfigTrouble code={trouble} broken={words.broken} /> : words.unread
  return (
    <Card title={words.title}>
      {!chart ? (
        <p className="card-body muted">{unsaid}</p>
      ) : saysNothing(chart) ? (
        <p className="card-body muted">{words.nothing}</p>
      ) : (
        <Said chart={chart} />
      )}
    </Card>
  )
}

function saysNothing({ left_out, deprecated, ...said }: Chart): boolean {
  const leftOut = Object.values(left_out).some((count) => count > 0)
  return !leftOut && !deprecated && Object.values(said).every((one) => one == null || (Array.isArray(one) && one.length === 0))
}

function Said({ chart }: { chart: Chart }) {
  const { format } = useI18n()
  const { chart: words, texts } = useBook(artifactBook)
  const { left_out: leftOut } = chart
  const absent = <span className="fine">{words.notTold}</span>
  const mono = (text: string) => (
    <span className="mono break">
      <Raw text={text} />
    </span>
  )
  const chips = (list: readonly string[]) => (
    <span className="chart-chips">
      {list.map((text, index) => (
        <span key={index} className="break">
          <Raw text={text} />
        </span>
      ))}
    </span>
  )
  const several = (list: readonly string[], count: number) => (
    <div className="chart-several">
      {chips(list.slice(0, SHOWN))}
      {list.length > SHOWN && (
        <Fold title={texts.more(format.number(list.length - SHOWN))}>{chips(list.slice(SHOWN))}</Fold>
      )}
      <NotKept count={count} besides={list.length > 0} />
    </div>
  )
  const entries: (KeyValue | false)[] = [
    { key: words.name, value: chart.name == null ? absent : mono(chart.name) },
    { key: words.version, value: chart.version == null ? absent : mono(chart.version) },
    { key: words.appVersion, value: chart.app_version == null ? absent : mono(chart.app_version) },
    chart.description != null && { key: words.description, value: <Description chart={chart} text={chart.description} /> },
    { key: words.type, value: <Type type={chart.type ?? null} /> },
    chart.kube_version != null && { key: words.kubeVersion, value: mono(chart.kube_version) },
    chart.home != null && { key: words.home, value: <WebAddress text={chart.home} /> },
    chart.sources.length + leftOut.sources > 0 && {
      key: words.sources,
      value: (
        <>
          <ul className="chart-sources">
            {chart.sources.map((source, index) => (
              <li key={index}>
                <WebAddress text={source} />
              </li>
            ))}
          </ul>
          <NotKept count={leftOut.sources} besides={chart.sources.length > 0} />
        </>
      ),
    },
    chart.maintainers.length + leftOut.maintainers > 0 && {
      key: words.maintainers,
      value: several(chart.maintainers, leftOut.maintainers),
    },
    chart.keywords.length + leftOut.keywords > 0 && { key: words.keywords, value: several(chart.keywords, leftOut.keywords) },
  ]
  return (
    <>
      <KeyValues entries={entries.filter((entry) => entry !== false)} />
      {leftOut.texts > 0 && (
        <div className="raw-group">
          <NotKept count={leftOut.texts} besides />
        </div>
      )}
      {chart.dependencies.length + leftOut.dependencies > 0 && <Needed chart={chart} />}
    </>
  )
}

function Description({ chart, text }: { chart: Chart; text: string }) {
  const { format } = useI18n()
  const { chart: words, texts } = useBook(artifactBook)
  return (
    <div className="chart-description">
      <LongText
        text={text}
        oddTitle={texts.odd}
        more={chart.description_bytes != null ? texts.showKept : texts.showAll(sizeText(format, textBytes(text)))}
        less={texts.showLess}
        name={texts.whole(words.description)}
      />
      {chart.description_bytes != null && (
        <p className="fine">{texts.cut(sizeText(format, textBytes(text)), sizeText(format, chart.description_bytes))}</p>
      )}
    </div>
  )
}

function Type({ type }: { type: string | null }) {
  const { chart: words } = useBook(artifactBook)
  // What does not say is one.
  if (type === null || type === 'application') return <>{words.application}</>
  if (type === 'library') return <>{words.library}</>
  return (
    <span className="mono break">
      <Raw text={type} />
    </span>
  )
}

function Needed({ chart: { dependencies, left_out: leftOut } }: { chart: Chart }) {
  const { chart: words } = useBook(artifactBook)
  return (
    <div className="raw-group">
      <h3>{words.dependencies}</h3>
      <dl className="raw-list">
        {dependencies.map(({ name, version, repository }, index) => (
          <div key={index}>
            <dt className="mono">
              <Raw text={name} />
            </dt>
            <dd className="chart-needed">
              {version == null ? (
                <span className="fine">{words.anyVersion}</span>
              ) : (
                <span className="mono break">
                  <Raw text={version} />
                </span>
              )}
              {repository != null && <WebAddress text={repository} />}
            </dd>
          </div>
        ))}
      </dl>
      <NotKept count={leftOut.dependencies} besides={dependencies.length > 0} />
    </div>
  )
}
