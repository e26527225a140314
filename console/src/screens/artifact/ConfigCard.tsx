import type { Artifact, ConfigSummary, Repository } from '../../api/types'
import { useBook } from '../../i18n/book'
import { artifactBook } from '../../i18n/books/artifact'
import { envPair } from '../../lib/artifact'
import { Card } from '../../ui/Card'
import { Fold } from '../../ui/Fold'
import { type KeyValue, KeyValues } from '../../ui/KeyValues'
import { ConfigDownload } from './ConfigDownload'
import { ConfigTrouble } from './ConfigTrouble'
import { NotKept } from './NotKept'
import { Raw, RawValue, TextsList } from './Raw'

/** How many variables are shown without being asked for. */
const ENV_SHOWN = 8

interface ConfigCardProps {
  artifact: Artifact
  repository: Repository
}

/** What an image runs, and how. */
export function ConfigCard({ artifact, repository }: ConfigCardProps) {
  const { config: words } = useBook(artifactBook)
  const { config_summary: config, config_trouble: trouble } = artifact
  return (
    <Card title={words.title} aside={<ConfigDownload artifact={artifact} repository={repository} />}>
      {config ? (
        <Config config={config} />
      ) : (
        <p className="card-body muted">{trouble ? <ConfigTrouble code={trouble} broken={words.broken} /> : words.unread}</p>
      )}
    </Card>
  )
}

function Config({ config }: { config: ConfigSummary }) {
  const { config: words, texts } = useBook(artifactBook)
  const env = config.env.map(envPair)
  const one = (text: string | null | undefined, otherwise: string) =>
    text == null || text === '' ? (
      <span className="fine">{otherwise}</span>
    ) : (
      <span className="mono break">
        <Raw text={text} />
      </span>
    )
  // The words of a command stay apart: one of them may hold spaces.
  const several = (name: string, list: readonly string[], leftOut: number) => (
    <>
      {list.length > 0 ? (
        <RawValue name={name} value={JSON.stringify(list)} />
      ) : (
        leftOut === 0 && <span className="fine">{words.none}</span>
      )}
      <NotKept count={leftOut} besides={list.length > 0} />
    </>
  )
  const each = (list: readonly string[], leftOut: number) => (
    <>
      <span className="raw-chips">
        {list.map((text, index) => (
          <code key={index} className="mono break">
            <Raw text={text} />
          </code>
        ))}
      </span>
      <NotKept count={leftOut} besides={list.length > 0} />
    </>
  )
  const { left_out: leftOut } = config
  const entries: (KeyValue | false)[] = [
    { key: words.entrypoint, value: several(words.entrypoint, config.entrypoint, leftOut.entrypoint) },
    { key: words.cmd, value: several(words.cmd, config.cmd, leftOut.cmd) },
    { key: words.user, value: one(config.user, words.root) },
    { key: words.workingDir, value: one(config.working_dir, '/') },
    config.exposed_ports.length + leftOut.exposed_ports > 0 && {
      key: words.ports,
      value: each(config.exposed_ports, leftOut.exposed_ports),
    },
    config.volumes.length + leftOut.volumes > 0 && { key: words.volumes, value: each(config.volumes, leftOut.volumes) },
    config.stop_signal != null && { key: words.stopSignal, value: one(config.stop_signal, words.none) },
    config.author != null && { key: words.author, value: one(config.author, words.none) },
    env.length + leftOut.env === 0 && { key: words.env, value: <span className="fine">{words.none}</span> },
  ]
  return (
    <>
      <KeyValues entries={entries.filter((entry) => entry !== false)} />
      {env.length + leftOut.env > 0 && (
        <div className="raw-group">
          <h3>{words.env}</h3>
          <TextsList entries={env.slice(0, ENV_SHOWN)} />
          {env.length > ENV_SHOWN && (
            <Fold title={texts.more(String(env.length - ENV_SHOWN))}>
              <TextsList entries={env.slice(ENV_SHOWN)} />
            </Fold>
          )}
          <NotKept count={leftOut.env} besides={env.length > 0} />
        </div>
      )}
    </>
  )
}
