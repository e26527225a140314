// Pictures of the screens about people: users, one's own profile, passwords by link, and the command palette.
import { expect, type Page, test } from '@playwright/test'
import type { Words } from '../support/looks.ts'
import { type CreatedUser, invite, Person } from '../support/people.ts'
import { Registry } from '../support/registry.ts'
import { Server } from '../support/server.ts'
import { shoot, type Shot } from '../support/shots.ts'

let server: Server
let registry: Registry
let auditor: Person
let member: Person
let nobody: Person
let guessed: Person
let invited: CreatedUser

const DAY_MS = 24 * 3_600_000

test.beforeAll(async () => {
  test.setTimeout(120_000)
  server = await Server.start()
  registry = await Registry.start()
  await server.setUp()
  await server.integrate('dock-open', registry.address)
  auditor = await Person.make(server, 'auditor', { platform_role: 'auditor', display_name: 'Otto from security' })
  member = await Person.make(server, 'a-admin', { display_name: 'Ada Lead' })
  await member.signInAgain()
  await member.signInAgain()
  nobody = await Person.make(server, 'nobody')
  guessed = await Person.make(server, 'guessed')
  invited = await invite(server, 'new-in-team-alpha', { display_name: 'Nina Newcomer, team Alpha' })
  await invite(server, 'a-user-with-a-name-that-is-as-long-as-sixty-three-letters-a', {
    display_name: 'Somebody whose display name is rather long, too, and has to end somewhere',
  })
  for (const [name, role] of [
    ['alpha', 'admin'],
    ['beta', 'viewer'],
  ] as const) {
    const { id } = (await server.call('POST', '/workspaces', { name })) as { id: string }
    await server.call('PUT', `/workspaces/${id}/members/${member.id}`, { role })
  }
  for (const [name, scope, days] of [
    ['ci-deploy', ['registry.read', 'workspace.read'], 90],
    ['nightly-report', ['registry.read', 'user.read', 'member.read', 'change.follow'], 7],
    ['a-token-with-quite-a-long-name-for-one', ['registry.integrate'], 365],
  ] as const) {
    await server.call('POST', '/tokens', { name, scope, expires_at: new Date(Date.now() + days * DAY_MS).toISOString() })
  }
})

test.afterAll(async () => {
  await server?.dispose()
  await registry?.dispose()
})

async function goto(page: Page, path: string, heading: string): Promise<void> {
  await page.goto(server.url + path)
  await expect(page.getByRole('heading', { level: 1, name: heading })).toBeVisible()
  await expect(page.locator('.skeleton')).toHaveCount(0)
}

const openUser = (page: Page) => goto(page, `/users/${member.id}`, 'a-admin')
const on = () => server
const byMember: Shot['by'] = () => member

async function openSearch(page: Page, words: Words, typed: string): Promise<void> {
  await goto(page, '/users', words.users)
  await page.getByRole('button', { name: words.search }).click()
  await expect(page.getByRole('combobox', { name: words.search })).toBeFocused()
  await page.keyboard.type(typed)
}

const SHOTS: Shot[] = [
  { name: 'users', server: on, whole: true, open: (page, words) => goto(page, '/users', words.users) },
  {
    name: 'users-no-match',
    server: on,
    open: (page, words) => goto(page, '/users?q=nobody-like-it', words.users),
  },
  {
    name: 'users-auditor',
    server: on,
    by: () => auditor,
    open: (page, words) => goto(page, '/users', words.users),
  },
  {
    name: 'user-create',
    server: on,
    open: async (page, words) => {
      await goto(page, '/users?create=true', words.users)
      await expect(page.getByRole('dialog', { name: words.createUser })).toBeVisible()
    },
  },
  {
    name: 'user-created',
    server: on,
    open: async (page, words) => {
      await goto(page, '/users?create=true', words.users)
      const dialog = page.getByRole('dialog')
      const name = `p${Date.now()}`
      await dialog.locator('input[name=name]').fill(name)
      await dialog.getByRole('button', { name: words.createUser }).click()
      await expect(dialog.getByRole('button', { name: words.done })).toBeVisible()
    },
  },
  { name: 'user', server: on, whole: true, open: openUser },
  {
    name: 'user-edit',
    server: on,
    open: async (page, words) => {
      await openUser(page)
      await page.getByRole('button', { name: words.edit, exact: true }).click()
      await expect(page.getByRole('dialog')).toBeVisible()
    },
  },
  {
    name: 'user-last-admin',
    server: on,
    open: async (page, words) => {
      const { items } = (await server.call('GET', '/users?q=padmin')) as { items: { id: string }[] }
      await goto(page, `/users/${items[0]?.id}`, 'padmin')
      await page.getByRole('button', { name: words.edit, exact: true }).click()
      await page.getByRole('radio', { name: words.platformRoleNone }).check()
      await page.getByRole('button', { name: words.save }).click()
      await expect(page.getByRole('alert')).toBeVisible()
    },
  },
  {
    name: 'user-link',
    server: on,
    open: async (page, words) => {
      await openUser(page)
      await page.getByRole('button', { name: words.makeLink }).click()
      await expect(page.getByRole('dialog')).toBeVisible()
    },
  },
  {
    name: 'user-delete',
    server: on,
    open: async (page, words) => {
      await openUser(page)
      await page.getByRole('button', { name: words.deleteUser }).click()
      await expect(page.getByRole('button', { name: words.cancel })).toBeFocused()
    },
  },
  {
    name: 'password',
    server: on,
    stranger: true,
    open: (page, words) => goto(page, invited.link.url.slice(invited.link.url.indexOf('/password')), words.setPassword),
  },
  {
    name: 'password-invalid',
    server: on,
    stranger: true,
    open: async (page, words) => {
      await goto(page, `/password#token=${'0'.repeat(43)}`, words.setPassword)
      await page.locator('input[name=password]').fill('a long enough password')
      await page.locator('input[name=repeat]').fill('a long enough password')
      await page.getByRole('button', { name: words.setPasswordNow }).click()
      await expect(page.getByRole('heading', { level: 1, name: words.linkInvalid })).toBeVisible()
    },
  },
  { name: 'password-incomplete', server: on, stranger: true, open: (page, words) => goto(page, '/password', words.linkIncomplete) },
  {
    name: 'login-forgot',
    server: on,
    stranger: true,
    open: async (page, words) => {
      await goto(page, '/login', words.signIn)
      await page.getByText(words.forgot).click()
    },
  },
  {
    name: 'login-wait',
    server: on,
    stranger: true,
    open: async (page, words) => {
      await goto(page, '/login', words.signIn)
      const wait = page.getByText(words.wait).and(page.locator('strong'))
      await page.getByRole('textbox', { name: words.name }).fill(guessed.name)
      for (let attempt = 0; attempt < 12 && !(await wait.isVisible()); attempt += 1) {
        await page.getByLabel(words.password, { exact: true }).fill(`guess number ${attempt}`)
        const answered = page.waitForResponse((answer) => answer.url().endsWith('/api/v1/session'))
        await page.getByRole('button', { name: words.signIn }).click()
        await answered
        await page.waitForTimeout(100)
      }
      await expect(wait).toBeVisible()
    },
  },
  { name: 'profile', server: on, whole: true, by: byMember, open: (page, words) => goto(page, '/profile', words.profile) },
  {
    name: 'profile-no-role',
    server: on,
    whole: true,
    by: () => nobody,
    open: async (page, words) => {
      await goto(page, '/profile', words.profile)
      await expect(page.getByText(words.noRole)).toBeVisible()
    },
  },
  { name: 'sessions', server: on, whole: true, by: byMember, open: (page, words) => goto(page, '/profile/sessions', words.sessions) },
  { name: 'tokens', server: on, whole: true, open: (page, words) => goto(page, '/profile/tokens', words.tokens) },
  { name: 'tokens-empty', server: on, by: byMember, open: (page, words) => goto(page, '/profile/tokens', words.tokens) },
  {
    name: 'token-create',
    server: on,
    open: async (page, words) => {
      await goto(page, '/profile/tokens?create=true', words.tokens)
      await page.getByRole('button', { name: words.readOnly }).click()
    },
  },
  {
    name: 'token-created',
    server: on,
    by: byMember,
    open: async (page, words) => {
      await goto(page, '/profile/tokens?create=true', words.tokens)
      const drawer = page.getByRole('dialog')
      await drawer.locator('input[name=name]').fill('ci-deploy')
      await page.getByRole('button', { name: words.readOnly }).click()
      await drawer.getByRole('button', { name: words.createToken }).click()
      await expect(drawer.getByRole('button', { name: words.done })).toBeVisible()
      const { items } = await tokensOf(member)
      for (const { id } of items) await revoke(member, id)
    },
  },
  {
    name: 'token-revoke',
    server: on,
    open: async (page, words) => {
      await goto(page, '/profile/tokens', words.tokens)
      await page.getByRole('button', { name: words.revoke('ci-deploy') }).click()
      await expect(page.getByRole('button', { name: words.cancel })).toBeFocused()
    },
  },
  { name: 'palette', server: on, open: (page, words) => openSearch(page, words, '') },
  {
    name: 'palette-found',
    server: on,
    open: async (page, words) => {
      await openSearch(page, words, 'do')
      await expect(page.getByRole('option', { name: /dock-open/ })).toBeVisible()
    },
  },
  {
    name: 'palette-nothing',
    server: on,
    open: async (page, words) => {
      await openSearch(page, words, 'nothing-like-it')
      await expect(page.locator('.palette-note')).toBeVisible()
    },
  },
  {
    name: 'shortcuts',
    server: on,
    open: async (page, words) => {
      await goto(page, '/users', words.users)
      await expect(page.getByRole('link', { name: 'padmin' })).toBeVisible()
      await page.keyboard.press('?')
      await expect(page.getByRole('dialog', { name: words.shortcuts })).toBeVisible()
    },
  },
]

const tokensOf = async (person: Person) => (await person.call('GET', '/tokens')) as { items: { id: string }[] }
const revoke = (person: Person, id: string) => person.call('DELETE', `/tokens/${id}`)

shoot(SHOTS)
