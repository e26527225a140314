import { useQuery } from '@tanstack/react-query'
import { asApiError } from '../../api/problem'
import { sessionsQuery, useEndSession, useEndSessions } from '../../api/sessions'
import { useI18n } from '../../i18n/context'
import { Button } from '../../ui/Button'
import { DataTable } from '../../ui/DataTable'
import { focusPageTitle } from '../../ui/PageTitle'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { StaleNotice } from '../../ui/StaleNotice'
import { notify } from '../../ui/Toasts'
import { CurrentSession, endLabel, sessionColumns } from '../users/sessionColumns'
import { ProfileHead } from './ProfileHead'

/** Where one is signed in, and the way to end what one does not recognize. */
export function SessionsScreen() {
  const { texts, format } = useI18n()
  const words = texts.people.sessions
  const query = useQuery(sessionsQuery)
  const end = useEndSession()
  const endOthers = useEndSessions()
  const sessions = query.data?.items
  const others = sessions?.filter((session) => !session.current) ?? []
  const failed = end.isError ? end.error : endOthers.isError ? endOthers.error : null

  // The buttons pressed are gone afterwards.
  const ended = (text: string) => {
    notify(text)
    focusPageTitle()
  }

  const columns = sessionColumns(texts, format, (session) =>
    session.current ? (
      <CurrentSession />
    ) : (
      <Button
        size="xs"
        aria-label={endLabel(texts, format, session)}
        loading={end.isPending && end.variables === session.id}
        onClick={() => end.mutate(session.id, { onSuccess: () => ended(words.ended) })}
      >
        {words.end}
      </Button>
    ),
  )

  return (
    <>
      <ProfileHead
        title={words.title}
        meaning={words.mine}
        action={
          others.length > 0 && (
            <Button
              loading={endOthers.isPending}
              onClick={() =>
                endOthers.mutate(
                  others.map((session) => session.id),
                  { onSuccess: () => ended(words.endedOthers) },
                )
              }
            >
              {words.endOthers}
            </Button>
          )
        }
      />
      {failed && (
        <div className="stale">
          <ProblemNotice error={asApiError(failed)} />
        </div>
      )}
      {query.isError && sessions && (
        <StaleNotice
          text={texts.registries.stale(format.dateTime(new Date(query.dataUpdatedAt).toISOString()))}
          onRetry={() => void query.refetch()}
        />
      )}
      <div className="card table-card">
        {query.isError && !sessions ? (
          <div className="card-body">
            <ProblemNotice
              error={asApiError(query.error)}
              title={words.failedTitle}
              onRetry={() => void query.refetch()}
            />
          </div>
        ) : (
          <DataTable
            caption={words.title}
            columns={columns}
            rows={[...(sessions ?? [])].sort((a, b) => Number(b.current) - Number(a.current))}
            rowKey={(session) => session.id}
            loading={sessions === undefined}
          />
        )}
      </div>
    </>
  )
}
