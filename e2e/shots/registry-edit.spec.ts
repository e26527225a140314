// Pictures of editing a registry and of rotating its credential.
import { expect, type Page, test } from '@playwright/test'
import { join, Person, type Tenant, workspace } from '../support/people.ts'
import type { Words } from '../support/looks.ts'
import { ACCOUNT, Registry } from '../support/registry.ts'
import { openEdit, openList, openOverview } from '../support/screens.ts'
import { type Integrated, Server } from '../support/server.ts'
import { shoot, type Shot } from '../support/shots.ts'

let server: Server
let basic: Registry
let open: Registry
let mona: Person
let payments: Tenant
let registry: Integrated
let team: Integrated

test.beforeAll(async () => {
  test.setTimeout(120_000)
  server = await Server.start()
  basic = await Registry.start({ basic: true })
  open = await Registry.start()
  await server.setUp()
  await basic.fill(['payments/gateway', 'payments/ledger'])
  registry = await server.integrate('dock-basic', basic.address, {
    ...ACCOUNT,
    description: 'Images of the platform team. Mirrored from the build farm every night.',
  })
  payments = await workspace(server, 'payments')
  mona = await Person.make(server, 'mona')
  await join(server, payments, mona, 'admin')
  const owner = { type: 'workspace', id: payments.id }
  team = (await mona.call('POST', '/registries', {
    kind: 'docker',
    name: 'team-registry',
    address: open.address,
    plain_http_consent: true,
    owner,
  })) as Integrated
})

test.afterAll(async () => {
  await server?.dispose()
  await basic?.dispose()
  await open?.dispose()
})

async function edit(page: Page, words: Words) {
  await openOverview(page, server, registry)
  return openEdit(page, words, registry.name)
}

async function rotate(page: Page, words: Words) {
  await openOverview(page, server, registry)
  await page.getByRole('button', { name: words.moreActions }).click()
  await page.getByRole('menuitem', { name: words.rotate }).click()
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByLabel(words.newPassword)).toBeFocused()
  return dialog
}

/** Edits it behind the page's back. */
async function editBehind(): Promise<void> {
  const { generation } = (await server.call('GET', `/registries/${registry.id}`)) as Integrated
  const description = `Mirrored from the build farm every night, and by hand after release ${generation}.`
  await server.call('PATCH', `/registries/${registry.id}`, { description }, { 'if-match': `"${generation}"` })
}

const SHOTS: Shot[] = [
  {
    name: 'edit-menu',
    server: () => server,
    open: async (page, words) => {
      await openList(page, server, words)
      await page.getByRole('button', { name: words.actionsFor(registry.name) }).click()
      await expect(page.getByRole('menuitem', { name: words.rotate })).toBeVisible()
    },
  },
  { name: 'edit', server: () => server, open: async (page, words) => void (await edit(page, words)) },
  {
    name: 'edit-moved',
    server: () => server,
    open: async (page, words) => {
      const drawer = await edit(page, words)
      await drawer.getByRole('textbox', { name: words.address }).fill(open.address)
      await drawer.getByRole('checkbox', { name: words.plainHttp }).check()
      await drawer.getByRole('button', { name: words.saveChanges }).click()
      await expect(drawer.getByRole('alert')).toBeVisible()
    },
  },
  {
    name: 'edit-failed',
    server: () => server,
    open: async (page, words) => {
      const drawer = await edit(page, words)
      await drawer.getByLabel(words.registryPassword).fill('wrong')
      await drawer.getByRole('button', { name: words.saveChanges }).click()
      await expect(drawer.getByRole('button', { name: words.saveAnyway })).toBeVisible()
      await drawer.getByRole('region', { name: words.connectionTest }).evaluate((card) => card.scrollIntoView({ block: 'end' }))
    },
  },
  {
    name: 'edit-conflict',
    server: () => server,
    open: async (page, words) => {
      const drawer = await edit(page, words)
      await drawer.getByRole('checkbox', { name: words.removeAccount }).check()
      await editBehind()
      await drawer.getByRole('button', { name: words.saveChanges }).click()
      await expect(drawer.getByRole('button', { name: words.takeTheirs })).toBeVisible()
    },
  },
  {
    name: 'edit-workspace',
    server: () => server,
    by: () => mona,
    open: async (page, words) => {
      await page.goto(`${server.url}/workspaces/${payments.id}/registries/${team.id}`)
      const drawer = await openEdit(page, words, team.name)
      await drawer.getByRole('textbox', { name: words.address }).fill('https://registry.invalid')
      await expect(drawer.getByText(words.failed).first()).toBeVisible()
    },
  },
  { name: 'rotate', server: () => server, open: async (page, words) => void (await rotate(page, words)) },
  {
    name: 'rotate-failed',
    server: () => server,
    open: async (page, words) => {
      const dialog = await rotate(page, words)
      await dialog.getByLabel(words.newPassword).fill('wrong')
      await dialog.getByRole('button', { name: words.testAndStore }).click()
      await expect(dialog.getByRole('button', { name: words.saveAnyway })).toBeVisible()
    },
  },
]

shoot(SHOTS)
