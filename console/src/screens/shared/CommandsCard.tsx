import { useState } from 'react'
import type { ArtifactKind, SeenRegistry } from '../../api/types'
import { useBook } from '../../i18n/book'
import { commandsBook } from '../../i18n/books/commands'
import { type By, clientsFor, type Client, commandOf, type Pulled } from '../../lib/commands'
import { pullHost } from '../../lib/reference'
import { rememberClient, rememberedClient } from '../../lib/rememberedClient'
import { Card } from '../../ui/Card'
import { Copy } from '../../ui/Copy'
import { SelectField } from '../../ui/Field'
import { Segments } from '../../ui/Segments'

interface NamedTag {
  name: string
  digest: string | null
  kind: ArtifactKind | null
}

interface CommandsCardProps {
  registry: SeenRegistry
  repository: string
  /** The tags it can be named by, the likeliest first. */
  tags: readonly NamedTag[]
  /** What is fetched where there is no tag. */
  digest?: string
  kind?: ArtifactKind | null
}

/** How an artifact is fetched, by the client the person uses. */
export function CommandsCard({ registry, repository, tags, digest, kind }: CommandsCardProps) {
  const words = useBook(commandsBook)
  const [wanted, setWanted] = useState(rememberedClient)
  const [by, setBy] = useState<By>('tag')
  const [chosen, setChosen] = useState<string>()
  const tag = tags.find((each) => each.name === chosen) ?? tags[0]
  const pulled: Pulled = {
    host: pullHost(registry.address),
    plainHttp: registry.address.startsWith('http://'),
    repository,
    tag: tag?.name ?? null,
    digest: digest ?? tag?.digest ?? null,
    kind: (tag ? tag.kind : kind) ?? null,
  }
  const clients = clientsFor(pulled.kind)
  // One that cannot fetch this stays remembered for what it can.
  const client = clients.find((each) => each === wanted) ?? clients[0] ?? 'skopeo'
  const shownBy = pulled.tag === null ? 'digest' : pulled.digest === null ? 'tag' : by
  const choose = (next: Client) => {
    setWanted(next)
    rememberClient(next)
  }
  const command = commandOf(client, pulled, shownBy)
  const bys: { value: By; label: string }[] = [
    { value: 'tag', label: words.byTag },
    { value: 'digest', label: words.byDigest },
  ]
  return (
    <Card title={words.title}>
      <div className="commands">
        <div className="commands-line">
          <Segments
            label={words.client}
            segments={clients.map((each) => ({ value: each, label: each, count: null }))}
            value={client}
            onChange={choose}
          />
          <div className="commands-line commands-of">
            {tags.length > 1 && shownBy === 'tag' && (
              <SelectField
                label={words.tag}
                hiddenLabel
                value={tag?.name ?? ''}
                options={tags.map(({ name }) => ({ value: name, label: name }))}
                onChange={setChosen}
              />
            )}
            {pulled.tag !== null && pulled.digest !== null && (
              <Segments
                label={words.by}
                segments={bys.map((each) => ({ ...each, count: null }))}
                value={shownBy}
                onChange={setBy}
              />
            )}
          </div>
        </div>
        {typeof command === 'string' ? (
          <p className="muted">{words.refused[command]}</p>
        ) : (
          <>
            <div className="command">
              <code className="mono break">{command.text}</code>
              <Copy value={command.text} what={words.command(client)} />
            </div>
            {command.needs && <p className="fine">{words.needs[command.needs](pulled.host)}</p>}
          </>
        )}
        {pulled.tag === null && <p className="fine">{words.noTag}</p>}
      </div>
    </Card>
  )
}
