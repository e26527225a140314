// Apart from the calls: the change feed, which every page follows, needs the keys alone.

/** Everything loaded about users lies under this key. */
export const USERS_KEY = ['users'] as const
export const USER_LISTS_KEY = [...USERS_KEY, 'list'] as const
export const USER_SESSIONS_KEY = [...USERS_KEY, 'sessions'] as const
export const userKey = (id: string) => [...USERS_KEY, 'one', id] as const

/** The own profile. */
export const PROFILE_KEY = ['profile'] as const

/** The own open sessions. */
export const SESSIONS_KEY = ['sessions'] as const

/** The own API tokens. */
export const TOKENS_KEY = ['tokens'] as const
