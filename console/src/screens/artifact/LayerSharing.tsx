import { Link } from '@tanstack/react-router'
import { Fragment } from 'react'
import type { SharedLayer } from '../../api/types'
import { useBook } from '../../i18n/book'
import { artifactBook } from '../../i18n/books/artifact'
import { useI18n } from '../../i18n/context'
import type { LayerSharing as Sharing } from '../../lib/artifact'
import { useScope } from '../../shell/useScope'
import { repositoryLink } from '../registry/registryLink'
import { Raw } from './Raw'

/** Who else has a layer, some of them by name. */
export type Found = Sharing & Pick<SharedLayer, 'examples'>

interface LayerSharingProps {
  found: Found
  registryId: string
}

/** Who else has a layer, in words. */
export function LayerSharing({ found, registryId }: LayerSharingProps) {
  const { format } = useI18n()
  const { layers: words } = useBook(artifactBook)
  const scope = useScope()
  const { repositories, artifacts, examples, atLeast } = found
  if (found.alone) return <span className="layer-alone">{words.onlyHere}</span>
  if (repositories === 0 && artifacts === 0) return <span title={words.lastLookedAt}>{words.foundNowhere}</span>
  return (
    <>
      {repositories > 0 && (
        <span className="break">
          {words.alsoIn(format.number(repositories), repositories === 1)}
          {examples.map((repository, index) => (
            <Fragment key={repository.id}>
              {index === 0 ? words.namely : words.and}
              <Link {...repositoryLink(scope, registryId, repository.id)}>
                <Raw text={repository.name} />
              </Link>
            </Fragment>
          ))}
          {examples.length > 0 && repositories > examples.length && '…'}
        </span>
      )}
      {artifacts > 0 && (
        <span title={atLeast ? words.lastLookedAt : undefined}>
          {(atLeast ? words.alsoHereAtLeast : words.alsoHere)(format.number(artifacts), artifacts === 1)}
        </span>
      )}
    </>
  )
}
