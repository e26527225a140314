import { useQuery } from '@tanstack/react-query'
import { asApiError } from '../../api/problem'
import { disconnectionCostQuery } from '../../api/registries'
import type { Observed, Registry } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { KeyValues } from '../../ui/KeyValues'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { Skeleton } from '../../ui/Skeleton'

/** What disconnecting a registry costs, counted by the server. */
export function DisconnectionCost({ registry }: { registry: Registry }) {
  const { texts, format } = useI18n()
  const words = texts.registryCare
  const query = useQuery(disconnectionCostQuery(registry.id))
  if (query.isError) {
    return (
      <ProblemNotice
        error={asApiError(query.error)}
        title={words.costFailed}
        onRetry={() => void query.refetch()}
      />
    )
  }
  const cost = query.data
  if (cost === undefined) {
    return (
      <div aria-busy>
        <p className="visually-hidden" role="status">
          {words.costLoading}
        </p>
        <Skeleton width="100%" height={120} />
      </div>
    )
  }
  const figure = (observed: Observed) =>
    observed.value == null ? (
      <span className="fine">{words.notKnown}</span>
    ) : (
      <span className="num">{format.number(observed.value)}</span>
    )
  return (
    <section className="fixed-facts" aria-label={words.costTitle}>
      <KeyValues
        entries={[
          { key: words.costRepositories, value: figure(cost.repositories) },
          { key: words.costTags, value: figure(cost.tags) },
          { key: words.costWorkspaces, value: figure(cost.workspaces) },
          { key: words.costMembers, value: figure(cost.members) },
          {
            key: words.costMade,
            value:
              cost.made.length === 0 ? (
                words.costMadeNothing
              ) : (
                <ul className="plain-list">
                  {cost.made.map((made, index) => (
                    <li key={index} className="break">
                      {words.made[made.kind](made.name)}
                    </li>
                  ))}
                  <li className="fine">{words.madeCleanup}</li>
                </ul>
              ),
          },
        ]}
      />
    </section>
  )
}
