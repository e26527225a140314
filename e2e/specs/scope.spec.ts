import type { Page } from '@playwright/test'
import { expectAccessible } from '../support/axe.ts'
import { BROWSER_LOCALE, LANGUAGES, WORDS } from '../support/looks.ts'
import { join, PASSWORD, Person, type Tenant, workspace } from '../support/people.ts'
import { typeRegistry, untilLive } from '../support/screens.ts'
import { expect, installation, test } from '../support/test.ts'
import type { Integrated } from '../support/server.ts'

let alpha: Tenant
let beta: Tenant
let mona: Person
let vera: Person
let stranger: Person
let platformRegistry: Integrated
let alphaRegistry: Integrated
let betaRegistry: Integrated

const on = installation(async ({ server, registry }) => {
  await server.setUp()
  alpha = await workspace(server, 'alpha')
  beta = await workspace(server, 'beta')
  mona = await Person.make(server, 'mona')
  vera = await Person.make(server, 'vera')
  stranger = await Person.make(server, 'stranger')
  await join(server, alpha, mona, 'admin')
  await join(server, alpha, vera, 'viewer')
  const of = (tenant: Tenant) => ({ owner: { type: 'workspace', id: tenant.id } })
  platformRegistry = await server.integrate('shared', registry.address)
  alphaRegistry = await server.integrate('own-of-alpha', registry.address, of(alpha))
  betaRegistry = await server.integrate('own-of-beta', registry.address, of(beta))
})

const navigation = (page: Page) => page.getByRole('navigation', { name: 'Main' })
const places = (page: Page) => navigation(page).getByRole('link')
const switcher = (page: Page) => page.getByRole('button', { name: /^Scope:/ })
const heading = (page: Page, name: string) => expect(page.getByRole('heading', { level: 1, name })).toBeVisible()

test.describe('the platform’s administrator', () => {
  test.beforeEach(({ context }) => on.server.lend(context))

  test('switches with the keyboard, keeps the place, and goes back', async ({ page }) => {
    await page.goto(`${on.server.url}/audit?outcome=done`)
    await heading(page, 'Audit log')
    await expect(switcher(page)).toHaveAccessibleName('Scope: Platform')
    await switcher(page).focus()
    await page.keyboard.press('Enter')
    const search = page.getByRole('combobox', { name: 'Find a workspace' })
    await expect(search).toBeFocused()
    await expect(page.getByRole('listbox').getByRole('option', { name: /Platform/ })).toHaveAttribute('aria-selected', 'true')
    await expectAccessible(page, 'the switcher')
    await page.keyboard.press('Escape')
    await expect(search).toBeHidden()
    await expect(switcher(page)).toBeFocused()
    await expect(switcher(page)).toHaveAttribute('aria-expanded', 'false')

    await page.keyboard.press('Enter')
    await expect(search).toBeFocused()
    await page.keyboard.type('ALPH')
    await expect(page.getByRole('listbox').getByRole('option')).toHaveText(['alpha'])
    await page.keyboard.press('Enter')
    await expect(page).toHaveURL(new RegExp(`/workspaces/${alpha.id}/audit$`))
    await expect(switcher(page)).toHaveAccessibleName('Scope: alpha')
    // Only what belongs to the workspace.
    await expect(page.getByRole('row').filter({ hasText: 'own-of-alpha' })).not.toHaveCount(0)
    await expect(page.getByRole('row').filter({ hasText: 'own-of-beta' })).toHaveCount(0)

    await switcher(page).click()
    await expect(search).toBeFocused()
    await expect(page.getByRole('listbox').getByRole('option', { name: 'beta' })).toBeVisible()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await expect(page).toHaveURL(new RegExp(`/workspaces/${beta.id}/audit$`))
    await page.goBack()
    await expect(switcher(page)).toHaveAccessibleName('Scope: alpha')
    await page.goBack()
    await expect(page).toHaveURL(/\/audit\?outcome=done$/)
    await expect(switcher(page)).toHaveAccessibleName('Scope: Platform')
    await page.goForward()
    await expect(switcher(page)).toHaveAccessibleName('Scope: alpha')
  })

  test('Enter pressed before the answer is there picks what it finds, not what stood there', async ({ page }) => {
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    await page.route(/\/api\/v1\/workspaces\?.*q=b/, async (route) => {
      await held
      await route.continue().catch(() => undefined)
    })
    await page.goto(`${on.server.url}/registries`)
    await switcher(page).click()
    const found = page.getByRole('listbox').getByRole('option')
    await expect(found.filter({ hasText: 'alpha' })).toBeVisible()
    const asked = page.waitForRequest(/workspaces\?.*q=beta/)
    await page.keyboard.type('beta')
    await asked
    await page.keyboard.press('Enter')
    // What the words before had found is still there to be picked by the pointer.
    await expect(found.filter({ hasText: 'alpha' })).toBeVisible()
    release()
    await expect(page).toHaveURL(new RegExp(`/workspaces/${beta.id}/registries$`))
  })

  test('a search that finds nothing says so', async ({ page }) => {
    await page.goto(`${on.server.url}/registries`)
    await switcher(page).click()
    await page.getByRole('combobox', { name: 'Find a workspace' }).fill('nothing-like-it')
    await expect(page.getByText('No workspace matches')).toBeVisible()
    await expect(page.getByRole('listbox').getByRole('option')).toHaveCount(0)
  })

  test('a place the other scope lacks leads to its registries', async ({ page }) => {
    await page.goto(`${on.server.url}/workspaces/${alpha.id}/members`)
    await heading(page, 'Members')
    await switcher(page).click()
    await page.getByRole('listbox').getByRole('option', { name: /Platform/ }).click()
    await expect(page).toHaveURL(/\/registries$/)
    await heading(page, 'Integrated registries')
  })

  test('filters and scope survive a reload', async ({ page }) => {
    await page.goto(`${on.server.url}/workspaces/${alpha.id}/registries?q=own&sort=name`)
    await expect(page.getByRole('rowheader')).toHaveCount(1)
    await page.reload()
    await expect(page.getByRole('searchbox', { name: 'Filter by name or address' })).toHaveValue('own')
    await expect(page.getByRole('rowheader')).toContainText(['own-of-alpha'])
    await expect(switcher(page)).toHaveAccessibleName('Scope: alpha')
  })

  test('a registry opened outside its scope moves to where it belongs', async ({ page }) => {
    await page.goto(`${on.server.url}/registries/${alphaRegistry.id}`)
    await expect(page).toHaveURL(new RegExp(`/workspaces/${alpha.id}/registries/${alphaRegistry.id}$`))
    await heading(page, 'own-of-alpha')
    await page.getByRole('navigation', { name: 'Breadcrumb' }).getByRole('link').click()
    await expect(page).toHaveURL(new RegExp(`/workspaces/${alpha.id}/registries$`))
  })

  test('begins at the platform’s registries', async ({ page }) => {
    await page.goto(on.server.url)
    await expect(page).toHaveURL(/\/registries$/)
    await expect(page.getByRole('link', { name: 'shared', exact: true })).toBeVisible()
    await expect(page.getByRole('link', { name: 'own-of-alpha', exact: true })).toHaveCount(0)
  })
})

test.describe('the administrator of one workspace', () => {
  test.use({ expectedErrors: [/status of 404 .*\/api\/v1\/(workspaces|registries)\//] })

  test('begins in it, sees its places and nothing of the platform or of others', async ({ page }) => {
    await page.goto(`${on.server.url}/login`)
    await page.getByRole('textbox', { name: 'Name' }).fill('mona')
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await expect(page).toHaveURL(new RegExp(`/workspaces/${alpha.id}/registries$`))
    await expect(places(page)).toHaveText([
      'Overview',
      'Integrated registries',
      'Images',
      'Members',
      'Machine accounts',
      'Audit log',
    ])
    await expect(page.getByRole('rowheader')).toContainText(['own-of-alpha'])
    await switcher(page).click()
    await expect(page.getByRole('listbox').getByRole('option')).toHaveText([/^alpha/])
    await page.keyboard.press('Escape')

    for (const path of ['/registries', '/workspaces']) {
      await page.goto(on.server.url + path)
      await expect(page).toHaveURL(new RegExp(`/workspaces/${alpha.id}/registries$`))
    }
    await page.goto(`${on.server.url}/workspaces/${beta.id}/registries`)
    await heading(page, 'This workspace does not exist')
    await expect(places(page)).toHaveCount(0)
    await expectAccessible(page, 'a workspace that is not theirs')
    await page.goto(`${on.server.url}/registries/${betaRegistry.id}`)
    await heading(page, 'This registry does not exist')
    // Of the platform's, that everybody may pull from, the outside is seen.
    await page.goto(`${on.server.url}/registries/${platformRegistry.id}`)
    await heading(page, platformRegistry.name)
    await expect(page.getByRole('button', { name: 'Test connection' })).toHaveCount(0)
  })

  test('integrates a registry that belongs to the workspace, and must verify its certificate', async ({ page, context }) => {
    await mona.lend(context)
    await page.goto(`${on.server.url}/workspaces/${alpha.id}/registries?integrate=true`)
    const drawer = page.getByRole('dialog', { name: 'Integrate registry' })
    const tls = drawer.getByRole('combobox', { name: 'TLS certificate' })
    await expect(tls.getByRole('option')).toHaveText(['Verify against the system’s authorities', 'Verify against an own CA'])
    await typeRegistry(page, WORDS.en, { name: 'by-mona', address: on.registry.address })
    await drawer.getByRole('button', { name: 'Integrate registry' }).click()
    await heading(page, 'by-mona')
    await expect(page).toHaveURL(new RegExp(`/workspaces/${alpha.id}/registries/[0-9a-f-]+$`))
    const list = (await on.server.call('GET', `/registries?owner=${alpha.id}`)) as { items: Integrated[] }
    expect(list.items.map((each) => each.name)).toContain('by-mona')
  })
})

test.describe('a viewer', () => {
  test.beforeEach(({ context }) => vera.lend(context))
  test.use({ expectedErrors: [/status of 403 .*\/(members|machine-accounts)/] })

  test('has only the places that open, and is told why the rest is not theirs', async ({ page }) => {
    await page.goto(`${on.server.url}/workspaces/${alpha.id}`)
    await heading(page, 'alpha')
    await expect(places(page)).toHaveText(['Overview', 'Integrated registries', 'Images', 'Audit log'])
    await expect(page.getByRole('region', { name: 'What it holds' }).getByRole('link')).toHaveCount(1)
    await expect(page.getByText('Viewer', { exact: true })).toBeVisible()
    await expect(page.getByRole('button', { name: 'More actions' })).toHaveCount(0)
    await places(page).filter({ hasText: 'Integrated registries' }).click()
    const integrate = page.getByRole('button', { name: 'Integrate registry' })
    await expect(integrate).toHaveAttribute('aria-disabled', 'true')
    await integrate.hover()
    await expect(page.getByRole('tooltip')).toContainText('Only administrators of this workspace')
    await places(page).filter({ hasText: 'Audit log' }).click()
    await expect(page.getByText('What you did in this workspace yourself')).toBeVisible()
    await page.goto(`${on.server.url}/workspaces/${alpha.id}/members`)
    await expect(page.getByRole('alert')).toContainText('The members could not be loaded')
  })

  test('gains a place as soon as the role allows it', async ({ page }) => {
    const guest = await Person.make(on.server, 'guest')
    await join(on.server, beta, guest, 'viewer')
    await page.context().clearCookies()
    await guest.lend(page.context())
    await page.goto(`${on.server.url}/workspaces/${beta.id}`)
    await expect(places(page)).toHaveCount(4)
    await untilLive(page)
    await join(on.server, beta, guest, 'admin')
    await expect(places(page)).toHaveCount(6)
  })
})

test('the workspace used last is where a member of several begins', async ({ page, context }) => {
  const both = await Person.make(on.server, 'both')
  await join(on.server, alpha, both, 'viewer')
  await join(on.server, beta, both, 'editor')
  await both.lend(context)
  await page.goto(on.server.url)
  await expect(page).toHaveURL(new RegExp(`/workspaces/${alpha.id}/registries$`))
  await switcher(page).click()
  await page.getByRole('listbox').getByRole('option', { name: /^beta/ }).click()
  await expect(page.getByRole('rowheader')).toContainText(['own-of-beta'])
  await page.goto(on.server.url)
  await expect(page).toHaveURL(new RegExp(`/workspaces/${beta.id}/registries$`))
})

test('a person without any role has the profile only', async ({ page, context }) => {
  await stranger.lend(context)
  await page.goto(on.server.url)
  await expect(page).toHaveURL(/\/profile$/)
  await expect(places(page)).toHaveCount(0)
})

for (const language of LANGUAGES) {
  test.describe(`scope in ${language}`, () => {
    test.use({ locale: BROWSER_LOCALE[language] })

    test('is switched from the narrow navigation', async ({ page, context }) => {
      await on.server.lend(context)
      const words = WORDS[language]
      await page.setViewportSize({ width: 390, height: 800 })
      await page.goto(`${on.server.url}/registries`)
      await page.getByRole('button', { name: words.openNavigation }).click()
      const drawer = page.getByRole('dialog')
      await drawer.getByRole('button', { name: words.switchScope }).click()
      await expect(page.getByRole('listbox').getByRole('option', { name: 'alpha' })).toBeVisible()
      await expectAccessible(page, 'the switcher in the drawer')
      await page.keyboard.press('Escape')
      await expect(page.getByRole('listbox').getByRole('option')).toHaveCount(0)
      await expect(drawer).toBeVisible()
      await drawer.getByRole('button', { name: words.switchScope }).click()
      await page.getByRole('listbox').getByRole('option', { name: 'alpha' }).click()
      await expect(page).toHaveURL(new RegExp(`/workspaces/${alpha.id}/registries$`))
      await expect(drawer).toHaveCount(0)
      await expect(page.getByText('own-of-alpha')).toBeVisible()
    })
  })
}
