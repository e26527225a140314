// Apart from their queries, so that the first page load knows what to refetch without holding every screen's calls.

/** Everything loaded about members lies under this key. */
export const MEMBERS_KEY = ['members'] as const

/** Everything loaded about machine accounts lies under this key. */
export const MACHINES_KEY = ['machine-accounts'] as const

/** The tokens of every machine account. */
export const MACHINE_TOKENS_KEY = [...MACHINES_KEY, 'tokens'] as const

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

/** Everything loaded about what registries hold lies under this key; each part below it by the registry or repository it is of. */
export const INVENTORY_KEY = ['inventory'] as const
export const crawlKey = (registryId: string) => [...INVENTORY_KEY, 'crawl', registryId] as const
export const hookKey = (registryId: string) => [...INVENTORY_KEY, 'hook', registryId] as const
/** The figures over the days, and the largest repositories. */
export const HISTORIES_KEY = [...INVENTORY_KEY, 'history'] as const
export const historyKey = (registryId: string) => [...HISTORIES_KEY, registryId] as const
export const spacesKey = (registryId: string) => [...INVENTORY_KEY, 'spaces', registryId] as const
export const largestSpacesKey = (registryId: string) => [...spacesKey(registryId), 'largest'] as const
export const REPOSITORY_LISTS_KEY = [...INVENTORY_KEY, 'repositories'] as const
export const repositoryListsKey = (registryId: string) => [...REPOSITORY_LISTS_KEY, registryId] as const
/** Lists of the repositories of all registries, and what searches over them found. */
export const IMAGES_KEY = [...INVENTORY_KEY, 'images'] as const
export const repositoryKey = (id: string) => [...INVENTORY_KEY, 'repository', id] as const
export const tagsKey = (repositoryId: string) => [...INVENTORY_KEY, 'tags', repositoryId] as const
export const descriptionKey = (repositoryId: string) => [...INVENTORY_KEY, 'description', repositoryId] as const
export const artifactsKey = (repositoryId: string) => [...INVENTORY_KEY, 'artifacts', repositoryId] as const
