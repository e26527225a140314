import { useQuery } from '@tanstack/react-query'
import { asApiError } from '../../api/problem'
import type { User } from '../../api/types'
import { useEndUserSession, userSessionsQuery } from '../../api/users'
import { useI18n } from '../../i18n/context'
import { Card } from '../../ui/Card'
import { DataTable } from '../../ui/DataTable'
import { GuardedButton } from '../../ui/GuardedButton'
import { focusPageTitle } from '../../ui/PageTitle'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { notify } from '../../ui/Toasts'
import { disabledAction } from '../shared/disabledAction'
import { CurrentSession, endLabel, sessionColumns } from './sessionColumns'

/** Where somebody is signed in, and the way to end it. */
export function UserSessions({ user }: { user: User }) {
  const { texts, format } = useI18n()
  const words = texts.people.sessions
  const query = useQuery(userSessionsQuery(user.id))
  const end = useEndUserSession(user.id)
  const blocked = disabledAction(texts, user.allowed_actions, 'user.end_session', false)

  const columns = sessionColumns(texts, format, (session) =>
    session.current ? (
      <CurrentSession />
    ) : (
      <GuardedButton
        size="xs"
        blocked={blocked}
        aria-label={endLabel(texts, format, session)}
        loading={end.isPending && end.variables === session.id}
        onClick={() =>
          end.mutate(session.id, {
            onSuccess: () => {
              notify(words.ended)
              // The row with the button is gone.
              focusPageTitle()
            },
          })
        }
      >
        {words.end}
      </GuardedButton>
    ),
  )

  const sessions = query.data?.items
  return (
    <Card title={words.title}>
      {end.isError && (
        <div className="card-body">
          <ProblemNotice error={asApiError(end.error)} />
        </div>
      )}
      {query.isError && !sessions ? (
        <div className="card-body">
          <ProblemNotice
            error={asApiError(query.error)}
            title={words.failedTitle}
            onRetry={() => void query.refetch()}
          />
        </div>
      ) : sessions?.length === 0 ? (
        <p className="card-note">{words.none}</p>
      ) : (
        <div className="table-in-card">
          <DataTable
            caption={words.title}
            columns={columns}
            rows={sessions ?? []}
            rowKey={(session) => session.id}
            loading={sessions === undefined}
          />
        </div>
      )}
    </Card>
  )
}
