import type { Page } from '@playwright/test'

export const THEMES = ['light', 'dark'] as const
export type Theme = (typeof THEMES)[number]
export const LANGUAGES = ['en', 'zh'] as const
export type Language = (typeof LANGUAGES)[number]

/** What the browser asks for, from which the console picks its language. */
export const BROWSER_LOCALE: Record<Language, string> = { en: 'en-GB', zh: 'zh-CN' }

/** The words by which tests find things, in both languages. Written here and not read from the console's dictionary. */
export const WORDS = {
  en: {
    language: 'en',
    setUp: 'Set up Roadstead',
    createAdministrator: 'Create administrator',
    incompleteLink: 'The set-up link is incomplete',
    setUpDone: 'Set-up is already done',
    signIn: 'Sign in',
    name: 'Name',
    password: 'Password',
    registries: 'Integrated registries',
    noRegistries: 'No registries yet',
    noMatch: 'No registry matches',
    integrate: 'Integrate registry',
    registryName: 'Name',
    address: 'Address',
    username: 'Username',
    registryPassword: 'Password or token',
    plainHttp: 'Use an unencrypted connection',
    connectionTest: 'Connection test',
    testWithAccount: 'Test with the account',
    testWithoutAccount: 'Test without an account',
    passed: 'Passed',
    failed: 'Failed',
    running: 'Running',
    saveAnyway: 'Save anyway',
    healthy: 'Healthy',
    degraded: 'Degraded',
    unhealthy: 'Unhealthy',
    unverified: 'Unverified',
    basics: 'Basic information',
    health: 'Health',
    refused: 'The connection is refused: nothing listens at this address and port.',
    testConnection: 'Test connection',
    moreActions: 'More actions',
    actionsFor: (name: string) => `Actions for ${name}`,
    disconnect: 'Disconnect…',
    disconnectNow: (name: string) => `Disconnect ${name}`,
    editDescription: 'Edit description',
    pageNotFound: 'Page not found',
    registryGone: 'This registry does not exist',
    sessionOver: 'Your session is over',
    openNavigation: 'Open navigation',
    account: 'account menu',
    signOut: 'Sign out',
  },
  zh: {
    language: 'zh-CN',
    setUp: '初始化 Roadstead',
    createAdministrator: '创建管理员',
    incompleteLink: '初始化链接不完整',
    setUpDone: '初始化已完成',
    signIn: '登录',
    name: '用户名',
    password: '密码',
    registries: '已集成的镜像仓库',
    noRegistries: '还没有镜像仓库',
    noMatch: '没有匹配的镜像仓库',
    integrate: '集成镜像仓库',
    registryName: '名称',
    address: '地址',
    username: '用户名',
    registryPassword: '密码或令牌',
    plainHttp: '使用未加密的连接',
    connectionTest: '连接测试',
    testWithAccount: '使用账户测试',
    testWithoutAccount: '不使用账户测试',
    passed: '通过',
    failed: '失败',
    running: '进行中',
    saveAnyway: '仍然保存',
    healthy: '健康',
    degraded: '降级',
    unhealthy: '异常',
    unverified: '未验证',
    basics: '基本信息',
    health: '健康状态',
    refused: '连接被拒绝：该地址和端口上没有服务在监听。',
    testConnection: '测试连接',
    moreActions: '更多操作',
    actionsFor: (name: string) => `${name} 的操作`,
    disconnect: '断开连接…',
    disconnectNow: (name: string) => `断开与 ${name} 的连接`,
    editDescription: '编辑描述',
    pageNotFound: '页面不存在',
    registryGone: '该镜像仓库不存在',
    sessionOver: '登录已过期',
    openNavigation: '打开导航',
    account: '账户菜单',
    signOut: '退出登录',
  },
} as const satisfies Record<Language, unknown>
export type Words = (typeof WORDS)[Language]

/** Shows the page in a theme, as an operating system that switches at dusk does. */
export async function useTheme(page: Page, theme: Theme): Promise<void> {
  await page.emulateMedia({ colorScheme: theme })
}
