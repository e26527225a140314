import { useLogOut } from '../api/session'

/** Signs out and leads to the sign-in page. */
export function useSignOut(): () => void {
  const logOut = useLogOut()
  return () =>
    logOut.mutate(undefined, {
      // A whole reload: nothing of what this person saw may stay in memory.
      onSettled: () => location.assign('/login'),
    })
}
