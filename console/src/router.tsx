import type { QueryClient } from '@tanstack/react-query'
import { createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent, redirect } from '@tanstack/react-router'
import { homePath } from './api/home'
import { sessionQuery } from './api/session'
import { type Book, openBooks } from './i18n/book'
import { artifactBook } from './i18n/books/artifact'
import { auditBook } from './i18n/books/audit'
import { commandsBook } from './i18n/books/commands'
import { descriptionBook } from './i18n/books/description'
import { contentsBook } from './i18n/books/contents'
import { imagesBook } from './i18n/books/images'
import { inventoryBook } from './i18n/books/inventory'
import { overviewBook } from './i18n/books/overview'
import { validateAuditSearch } from './lib/auditSearch'
import { validateImageSearch } from './lib/imageSearch'
import { validateRepositorySearch, validateTagSearch } from './lib/inventorySearch'
import { validateListSearch } from './lib/listSearch'
import { validateRegistrySearch } from './lib/registrySearch'
import { safeReturnTo } from './lib/returnTo'
import { isSwitchedOn, parseSearch, stringifySearch } from './lib/searchParams'
import { CrashScreen } from './screens/CrashScreen'
import { NotFoundScreen } from './screens/NotFoundScreen'
import { Shell } from './shell/Shell'
import { markNavigation } from './ui/PageTitle'

interface RouterContext {
  queryClient: QueryClient
  setupToken: string | null
  passwordToken: string | null
}

interface LoginSearch {
  return_to?: string
}

const root = createRootRouteWithContext<RouterContext>()({})

/** A screen that is fetched when it is needed, and at the same time the books it reads from. */
function lazyScreen<Module extends object, Name extends keyof Module>(
  fetch: () => Promise<Module>,
  name: Name,
  ...books: Book<object>[]
) {
  return lazyRouteComponent(async () => {
    const [screen] = await Promise.all([fetch(), openBooks(books)])
    return screen
  }, name)
}

// What only some visits need is fetched when it is needed.
const SetupScreen = lazyRouteComponent(() => import('./screens/setup/SetupScreen'), 'SetupScreen')
const PasswordScreen = lazyRouteComponent(() => import('./screens/password/PasswordScreen'), 'PasswordScreen')
const LoginScreen = lazyRouteComponent(() => import('./screens/login/LoginScreen'), 'LoginScreen')

const setup = createRoute({
  getParentRoute: () => root,
  path: '/setup',
  component: function Setup() {
    return <SetupScreen token={setup.useRouteContext().setupToken} />
  },
})

const password = createRoute({
  getParentRoute: () => root,
  path: '/password',
  component: function Password() {
    return <PasswordScreen token={password.useRouteContext().passwordToken} />
  },
})

const login = createRoute({
  getParentRoute: () => root,
  path: '/login',
  validateSearch: (search: Record<string, unknown>): LoginSearch =>
    typeof search.return_to === 'string' ? { return_to: safeReturnTo(search.return_to) } : {},
  component: function Login() {
    return <LoginScreen returnTo={login.useSearch().return_to} />
  },
})

const signedIn = createRoute({
  getParentRoute: () => root,
  id: 'signed-in',
  beforeLoad: async ({ context, location }) => {
    const { queryClient } = context
    const session =
      queryClient.getQueryData(sessionQuery.queryKey) ?? (await queryClient.fetchQuery({ ...sessionQuery, staleTime: 0 }))
    // While somebody is at work, an ended session is asked for again over the page instead (see Shell).
    if (session === null) throw redirect({ to: '/login', search: { return_to: location.href }, replace: true })
  },
  component: Shell,
})

const home = createRoute({
  getParentRoute: () => signedIn,
  path: '/',
  beforeLoad: async ({ context }) => {
    throw redirect({ href: await homePath(context.queryClient), replace: true })
  },
})

/** Pages about the whole installation: who has no role in it is led to what is theirs. */
const platformOnly = ({ context }: { context: RouterContext }) => {
  const session = context.queryClient.getQueryData(sessionQuery.queryKey)
  if (session && !session.user.platform_role) throw redirect({ to: '/', replace: true })
}

const registries = createRoute({
  getParentRoute: () => signedIn,
  path: '/registries',
  beforeLoad: platformOnly,
  validateSearch: validateRegistrySearch,
  component: lazyScreen(() => import('./screens/registries/RegistriesScreen'), 'RegistriesScreen'),
})

const OverviewScreen = lazyScreen(
  () => import('./screens/registry/OverviewScreen'),
  'OverviewScreen',
  inventoryBook,
  overviewBook,
)

const registry = createRoute({
  getParentRoute: () => signedIn,
  path: '/registries/$id',
  component: OverviewScreen,
})

const RepositoriesScreen = lazyScreen(
  () => import('./screens/repositories/RepositoriesScreen'),
  'RepositoriesScreen',
  inventoryBook,
)
const RepositoryScreen = lazyScreen(
  () => import('./screens/repository/RepositoryScreen'),
  'RepositoryScreen',
  inventoryBook,
  commandsBook,
  descriptionBook,
)
const ArtifactScreen = lazyScreen(
  () => import('./screens/artifact/ArtifactScreen'),
  'ArtifactScreen',
  inventoryBook,
  artifactBook,
  commandsBook,
  contentsBook,
)

const repositories = createRoute({
  getParentRoute: () => signedIn,
  path: '/registries/$id/repositories',
  validateSearch: validateRepositorySearch,
  component: RepositoriesScreen,
})

const repository = createRoute({
  getParentRoute: () => signedIn,
  path: '/registries/$id/repositories/$repositoryId',
  validateSearch: validateTagSearch,
  component: RepositoryScreen,
})

const artifact = createRoute({
  getParentRoute: () => signedIn,
  path: '/registries/$id/repositories/$repositoryId/artifacts/$digest',
  component: ArtifactScreen,
})

const ImagesScreen = lazyScreen(() => import('./screens/images/ImagesScreen'), 'ImagesScreen', imagesBook, inventoryBook)

const images = createRoute({
  getParentRoute: () => signedIn,
  path: '/images',
  beforeLoad: platformOnly,
  validateSearch: validateImageSearch,
  component: ImagesScreen,
})

const AuditScreen = lazyScreen(() => import('./screens/audit/AuditScreen'), 'AuditScreen', auditBook)

const audit = createRoute({
  getParentRoute: () => signedIn,
  path: '/audit',
  validateSearch: validateAuditSearch,
  component: AuditScreen,
})

const workspaces = createRoute({
  getParentRoute: () => signedIn,
  path: '/workspaces',
  beforeLoad: platformOnly,
  validateSearch: validateListSearch,
  component: lazyScreen(() => import('./screens/workspaces/WorkspacesScreen'), 'WorkspacesScreen'),
})

const workspace = createRoute({
  getParentRoute: () => signedIn,
  path: '/workspaces/$workspaceId',
  component: lazyScreen(() => import('./screens/workspace/WorkspaceLayout'), 'WorkspaceLayout'),
})

const workspaceOverview = createRoute({
  getParentRoute: () => workspace,
  path: '/',
  component: lazyScreen(() => import('./screens/workspace/WorkspaceOverviewScreen'), 'WorkspaceOverviewScreen'),
})

const workspaceRegistries = createRoute({
  getParentRoute: () => workspace,
  path: 'registries',
  validateSearch: validateRegistrySearch,
  component: lazyScreen(() => import('./screens/registries/RegistriesScreen'), 'RegistriesScreen'),
})

const workspaceRegistry = createRoute({
  getParentRoute: () => workspace,
  path: 'registries/$id',
  component: OverviewScreen,
})

const workspaceRepositories = createRoute({
  getParentRoute: () => workspace,
  path: 'registries/$id/repositories',
  validateSearch: validateRepositorySearch,
  component: RepositoriesScreen,
})

const workspaceRepository = createRoute({
  getParentRoute: () => workspace,
  path: 'registries/$id/repositories/$repositoryId',
  validateSearch: validateTagSearch,
  component: RepositoryScreen,
})

const workspaceArtifact = createRoute({
  getParentRoute: () => workspace,
  path: 'registries/$id/repositories/$repositoryId/artifacts/$digest',
  component: ArtifactScreen,
})

const workspaceImages = createRoute({
  getParentRoute: () => workspace,
  path: 'images',
  validateSearch: validateImageSearch,
  component: ImagesScreen,
})

const members = createRoute({
  getParentRoute: () => workspace,
  path: 'members',
  validateSearch: validateListSearch,
  component: lazyScreen(() => import('./screens/members/MembersScreen'), 'MembersScreen'),
})

const machineAccounts = createRoute({
  getParentRoute: () => workspace,
  path: 'machine-accounts',
  validateSearch: validateListSearch,
  component: lazyScreen(() => import('./screens/machineAccounts/MachineAccountsScreen'), 'MachineAccountsScreen', auditBook),
})

const workspaceAudit = createRoute({
  getParentRoute: () => workspace,
  path: 'audit',
  validateSearch: validateAuditSearch,
  component: AuditScreen,
})

const workspaceTree = workspace.addChildren([
  workspaceOverview,
  workspaceRegistries,
  workspaceRegistry,
  workspaceRepositories,
  workspaceRepository,
  workspaceArtifact,
  workspaceImages,
  members,
  machineAccounts,
  workspaceAudit,
])

const users = createRoute({
  getParentRoute: () => signedIn,
  path: '/users',
  validateSearch: validateListSearch,
  component: lazyScreen(() => import('./screens/users/UsersScreen'), 'UsersScreen'),
})

const user = createRoute({
  getParentRoute: () => signedIn,
  path: '/users/$id',
  component: lazyScreen(() => import('./screens/users/UserScreen'), 'UserScreen'),
})

const profile = createRoute({
  getParentRoute: () => signedIn,
  path: '/profile',
  component: lazyScreen(() => import('./screens/profile/ProfileScreen'), 'ProfileScreen'),
})

const sessions = createRoute({
  getParentRoute: () => signedIn,
  path: '/profile/sessions',
  component: lazyScreen(() => import('./screens/profile/SessionsScreen'), 'SessionsScreen'),
})

const tokens = createRoute({
  getParentRoute: () => signedIn,
  path: '/profile/tokens',
  validateSearch: (search: Record<string, unknown>): { create?: boolean } =>
    isSwitchedOn(search.create) ? { create: true } : {},
  component: lazyScreen(() => import('./screens/profile/TokensScreen'), 'TokensScreen', auditBook),
})

const people = [users, user, profile, sessions, tokens] as const

// Below the shell, so that a wrong address keeps the navigation at hand.
const notFound = createRoute({ getParentRoute: () => signedIn, path: '$', component: NotFoundScreen })

export function createAppRouter(context: RouterContext) {
  const router = createRouter({
    routeTree: root.addChildren([
      setup,
      password,
      login,
      signedIn.addChildren([
        home,
        registries,
        registry,
        repositories,
        repository,
        artifact,
        images,
        audit,
        workspaces,
        workspaceTree,
        ...people,
        notFound,
      ]),
    ]),
    context,
    parseSearch,
    stringifySearch,
    // A digest in an address stays one that can be read and copied.
    pathParamsAllowedCharacters: [':'],
    defaultPreload: 'intent',
    defaultNotFoundComponent: NotFoundScreen,
    defaultErrorComponent: ({ error }) => <CrashScreen error={error} />,
    scrollRestoration: true,
  })
  router.subscribe('onBeforeNavigate', ({ fromLocation, pathChanged }) => {
    if (fromLocation && pathChanged) markNavigation()
  })
  return router
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createAppRouter>
  }
}
