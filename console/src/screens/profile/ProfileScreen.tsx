import { useQuery } from '@tanstack/react-query'
import { asApiError } from '../../api/problem'
import { profileQuery } from '../../api/profile'
import { useTexts } from '../../i18n/context'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { Skeleton } from '../../ui/Skeleton'
import { AccountCard } from './AccountCard'
import { PasswordCard } from './PasswordCard'
import { ProfileHead } from './ProfileHead'
import { RolesCard } from './RolesCard'

/** Who one is here, what one may do, and the own password. */
export function ProfileScreen() {
  const { people } = useTexts()
  const query = useQuery(profileQuery)
  return (
    <>
      <ProfileHead title={people.profile.title} />
      {query.data ? (
        <div className="columns">
          <div className="stacked">
            <AccountCard user={query.data} />
            <RolesCard user={query.data} />
          </div>
          <PasswordCard name={query.data.name} />
        </div>
      ) : query.isError ? (
        <div className="page-problem">
          <ProblemNotice
            error={asApiError(query.error)}
            title={people.profile.failedTitle}
            onRetry={() => void query.refetch()}
          />
        </div>
      ) : (
        <div className="columns" aria-busy>
          <div className="card card-body">
            <Skeleton width="100%" height={160} />
          </div>
          <div className="card card-body">
            <Skeleton width="100%" height={260} />
          </div>
        </div>
      )}
    </>
  )
}
