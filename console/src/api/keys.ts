// Apart from their queries, so that the first page load knows what to refetch without holding every screen's calls.

/** Everything loaded about members lies under this key. */
export const MEMBERS_KEY = ['members'] as const

/** Everything loaded about machine accounts lies under this key. */
export const MACHINES_KEY = ['machine-accounts'] as const

/** The tokens of every machine account. */
export const MACHINE_TOKENS_KEY = [...MACHINES_KEY, 'tokens'] as const
