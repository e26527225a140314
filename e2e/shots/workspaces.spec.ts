// Pictures of a workspace's places and of what leads there.
import { expect, type Page, test } from '@playwright/test'
import { join, Person, type Tenant, workspace } from '../support/people.ts'
import { Registry } from '../support/registry.ts'
import { Server } from '../support/server.ts'
import { goto, shoot, type Shot } from '../support/shots.ts'

let server: Server
let registry: Registry
let payments: Tenant
let quiet: Tenant
let mona: Person
let vera: Person

test.beforeAll(async () => {
  test.setTimeout(120_000)
  server = await Server.start()
  registry = await Registry.start()
  await server.setUp()
  await registry.fill(['payments/gateway', 'payments/ledger'])
  payments = await workspace(server, 'payments', 'Card payments and payouts. Ask #payments in chat before you change something here.')
  quiet = await workspace(server, 'research')
  await workspace(server, 'a-workspace-with-a-name-that-is-as-long-as-sixty-three-letters', 'Its name is long.')
  for (const name of ['checkout', 'data-platform', 'mobile', 'search']) await workspace(server, name)
  mona = await Person.make(server, 'mona', { display_name: 'Mona Admin' })
  vera = await Person.make(server, 'vera', { display_name: 'Vera Viewer' })
  const eddie = await Person.make(server, 'eddie')
  await join(server, payments, mona, 'admin')
  await join(server, payments, vera, 'viewer')
  await join(server, payments, eddie, 'editor')
  await mona.call('POST', '/registries', {
    kind: 'docker',
    name: 'team-registry',
    address: registry.address,
    plain_http_consent: true,
    owner: { type: 'workspace', id: payments.id },
  })
  const accounts = `/workspaces/${payments.id}/machine-accounts`
  const farm = (await mona.call('POST', accounts, { name: 'build-farm', role: 'editor' })) as Tenant
  await mona.call('POST', accounts, { name: 'nightly-scan', role: 'viewer' })
  const ends = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString()
  await mona.call('POST', `${accounts}/${farm.id}/tokens`, {
    name: 'jenkins-east',
    scope: ['registry.read', 'workspace.read'],
    expires_at: ends(90),
  })
  await mona.call('POST', `${accounts}/${farm.id}/tokens`, { name: 'old-runner', scope: ['registry.read'], expires_at: ends(5) })
})

test.afterAll(async () => {
  await server?.dispose()
  await registry?.dispose()
})

const at = (place: string) => `${server.url}/workspaces/${place}`

/** The page of a list once its rows are there. */
async function list(page: Page, url: string, heading: string): Promise<void> {
  await goto(page, url, heading)
  await expect(page.getByRole('rowheader').first()).toBeVisible()
}

const SHOTS: Shot[] = [
  {
    name: 'workspaces',
    server: () => server,
    whole: true,
    open: (page, words) => list(page, `${server.url}/workspaces`, words.workspaces),
  },
  {
    name: 'workspaces-no-match',
    server: () => server,
    open: (page, words) => goto(page, `${server.url}/workspaces?q=nothing-like-it`, words.workspaces),
  },
  {
    name: 'workspace-create-errors',
    server: () => server,
    open: async (page, words) => {
      await goto(page, `${server.url}/workspaces?create=true`, words.workspaces)
      const dialog = page.getByRole('dialog', { name: words.createWorkspace })
      await dialog.getByRole('textbox').first().fill('payments')
      await dialog.getByRole('button', { name: words.createWorkspace }).click()
      await expect(dialog.getByRole('textbox').first()).toHaveAttribute('aria-invalid', 'true')
    },
  },
  {
    name: 'workspace-delete-blocked',
    server: () => server,
    open: async (page, words) => {
      await goto(page, at(payments.id), payments.name)
      await page.getByRole('button', { name: words.moreActions }).click()
      await page.getByRole('menuitem', { name: words.delete }).click()
      const dialog = page.getByRole('dialog')
      await dialog.getByRole('textbox').fill(payments.name)
      await dialog.getByRole('button', { name: words.deleteNow(payments.name) }).click()
      await expect(dialog.getByRole('alert')).toBeVisible()
    },
  },
  { name: 'workspace-overview', server: () => server, whole: true, open: (page) => goto(page, at(payments.id), payments.name) },
  {
    name: 'workspace-overview-viewer',
    server: () => server,
    by: () => vera,
    whole: true,
    open: (page) => goto(page, at(payments.id), payments.name),
  },
  {
    name: 'workspace-gone',
    server: () => server,
    open: (page, words) => goto(page, at('0199aaaa-0000-7000-8000-000000000000'), words.workspaceGone),
  },
  {
    name: 'scope-switcher',
    server: () => server,
    open: async (page, words) => {
      await goto(page, at(payments.id), payments.name)
      const narrow = page.getByRole('button', { name: words.openNavigation })
      if (await narrow.isVisible()) await narrow.click()
      await page.getByRole('button', { name: words.switchScope }).last().click()
      await expect(page.getByRole('option').nth(3)).toBeVisible()
    },
  },
  {
    name: 'workspace-registries',
    server: () => server,
    by: () => mona,
    whole: true,
    open: (page, words) => list(page, at(`${payments.id}/registries`), words.registries),
  },
  {
    name: 'workspace-registries-empty',
    server: () => server,
    open: (page, words) => goto(page, at(`${quiet.id}/registries`), words.registries),
  },
  {
    name: 'members',
    server: () => server,
    by: () => mona,
    whole: true,
    open: (page, words) => list(page, at(`${payments.id}/members`), words.members),
  },
  { name: 'members-empty', server: () => server, open: (page, words) => goto(page, at(`${quiet.id}/members`), words.members) },
  {
    name: 'member-add',
    server: () => server,
    by: () => mona,
    open: async (page, words) => {
      await goto(page, at(`${payments.id}/members`), words.members)
      await page.getByRole('button', { name: words.addMember }).click()
      const dialog = page.getByRole('dialog', { name: words.addMember })
      await dialog.getByRole('textbox').fill('nobody-of-this-name')
      await dialog.getByRole('button', { name: words.addMember }).click()
      await expect(dialog.getByRole('textbox')).toHaveAttribute('aria-invalid', 'true')
    },
  },
  {
    name: 'member-remove-last-admin',
    server: () => server,
    by: () => mona,
    open: async (page, words) => {
      await goto(page, at(`${payments.id}/members`), words.members)
      await page.getByRole('button', { name: words.actionsFor('Mona Admin') }).click()
      await page.getByRole('menuitem', { name: words.removeMember }).click()
      const dialog = page.getByRole('dialog')
      await dialog.getByRole('button').last().click()
      await expect(dialog.getByRole('alert')).toBeVisible()
    },
  },
  {
    name: 'machine-accounts',
    server: () => server,
    by: () => mona,
    whole: true,
    open: (page, words) => list(page, at(`${payments.id}/machine-accounts`), words.machineAccounts),
  },
  {
    name: 'machine-accounts-empty',
    server: () => server,
    open: (page, words) => goto(page, at(`${quiet.id}/machine-accounts`), words.machineAccounts),
  },
  {
    name: 'machine-account-delete',
    server: () => server,
    by: () => mona,
    open: async (page, words) => {
      await goto(page, at(`${payments.id}/machine-accounts`), words.machineAccounts)
      await page.getByRole('button', { name: words.actionsFor('build-farm') }).click()
      await page.getByRole('menuitem', { name: words.delete }).click()
      await expect(page.getByRole('dialog').getByText('jenkins-east')).toBeVisible()
    },
  },
  {
    name: 'machine-tokens',
    server: () => server,
    by: () => mona,
    open: async (page, words) => {
      await goto(page, at(`${payments.id}/machine-accounts`), words.machineAccounts)
      await page.getByRole('button', { name: words.tokensOf('build-farm') }).click()
      await expect(page.getByRole('dialog').getByText('jenkins-east')).toBeVisible()
    },
  },
  {
    name: 'machine-token-errors',
    server: () => server,
    by: () => mona,
    open: async (page, words) => {
      await goto(page, at(`${payments.id}/machine-accounts`), words.machineAccounts)
      await page.getByRole('button', { name: words.tokensOf('build-farm') }).click()
      const dialog = page.getByRole('dialog')
      await dialog.getByRole('button', { name: words.createToken }).click()
      await dialog.getByRole('button', { name: words.createToken }).click()
      await expect(dialog.getByRole('textbox').first()).toHaveAttribute('aria-invalid', 'true')
    },
  },
  {
    name: 'machine-token-made',
    server: () => server,
    by: () => mona,
    open: async (page, words) => {
      await goto(page, at(`${payments.id}/machine-accounts`), words.machineAccounts)
      await page.getByRole('button', { name: words.tokensOf('nightly-scan') }).click()
      const dialog = page.getByRole('dialog')
      await dialog.getByRole('button', { name: words.createToken }).click()
      await dialog.getByRole('textbox').first().fill('scanner')
      await dialog.getByRole('checkbox').first().check()
      await dialog.getByRole('button', { name: words.createToken }).click()
      await expect(dialog.getByRole('button', { name: words.copyToken })).toBeFocused()
    },
  },
  {
    name: 'workspace-audit-viewer',
    server: () => server,
    by: () => vera,
    open: (page, words) => goto(page, at(`${payments.id}/audit`), words.audit),
  },
  {
    name: 'workspace-audit',
    server: () => server,
    by: () => mona,
    open: (page, words) => list(page, at(`${payments.id}/audit`), words.audit),
  },
]

shoot(SHOTS)
