import type { Page } from '@playwright/test'
import { type Made, pushArtifacts } from '../support/artifacts.ts'
import { expectAccessible } from '../support/axe.ts'
import { BROWSER_LOCALE, LANGUAGES, WORDS } from '../support/looks.ts'
import { join as enter, Person, type Tenant, workspace } from '../support/people.ts'
import { Registry } from '../support/registry.ts'
import { openRepository, typeAtOnce, untilRead } from '../support/screens.ts'
import type { Integrated } from '../support/server.ts'
import { expect, installation, test } from '../support/test.ts'

const MANY = Array.from({ length: 60 }, (_, index) => `many/app-${String(index).padStart(3, '0')}`)
/** As long as a registry lets a name be. */
const LONG = `team/${'very-long-'.repeat(25)}`.slice(0, 250).replace(/-$/, '')
const VERSIONS = ['1.2.0', '1.10.0', '1.9.0', '2.0.0-rc.1', '2.0.0']
/** Everything of the open registry: the many, the long one, two of the team, the mixed one. */
const ALL = MANY.length + 4

let open: Integrated
let own: Integrated
let alpha: Tenant
let viewer: Person
let made: Made
let second: Registry
const on = installation(async ({ server, registry }) => {
  await registry.fill([...MANY, 'team/web', LONG])
  await registry.fill(['team/api'], VERSIONS)
  made = await pushArtifacts(registry, 'team/mixed')
  second = await Registry.start()
  await second.fill(['alpha/api'])
  await server.setUp()
  open = await server.integrate('dock-open', registry.address)
  alpha = await workspace(server, 'alpha')
  own = await server.integrate('dock-alpha', second.address, { owner: { type: 'workspace', id: alpha.id } })
  viewer = await Person.make(server, 'a-viewer')
  await enter(server, alpha, viewer, 'viewer')
  await untilRead(server, open.id)
  await untilRead(server, own.id)
})
test.afterAll(() => second.dispose())
test.beforeEach(({ context }) => on.server.lend(context))

const box = (page: Page) => page.getByRole('searchbox', { name: 'Search names, tags and digests' })
const group = (page: Page, name: string) => page.getByRole('region', { name, exact: true })
const row = (page: Page, name: string) => page.getByRole('row').filter({ has: page.getByRole('link', { name, exact: true }) })

async function openImages(page: Page, search = '', title = 'Images'): Promise<void> {
  await page.goto(`${on.server.url}/images${search}`)
  await expect(page.getByRole('heading', { level: 1, name: title })).toBeVisible()
}

test('images of all registries are listed with their registry, sorted and paged in the URL', async ({ page }) => {
  await page.goto(`${on.server.url}/registries`)
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Images' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Images' })).toBeFocused()
  await expect(page.getByText(`1–50 of ${ALL + 1}`)).toBeVisible()
  const first = row(page, 'alpha/api')
  await expect(first).toContainText('Workspace alpha')
  // The kinds of one of them are many; the names have the room all the same.
  const line = await first.getByRole('link', { name: 'alpha/api', exact: true }).boundingBox()
  expect(line?.height).toBeLessThan(30)
  await expect(first).toContainText('Image')
  const host = second.address.replace('http://', '')
  await expect(first.getByRole('button', { name: `Copy ${host}/alpha/api`, exact: true })).toBeVisible()
  await expect(first.getByRole('link', { name: 'dock-alpha' })).toHaveAttribute('href', `/workspaces/${alpha.id}/registries/${own.id}`)
  await expectAccessible(page, 'images')

  await page.getByRole('button', { name: 'Next' }).click()
  await expect(page.getByText(`51–${ALL + 1} of ${ALL + 1}`)).toBeVisible()
  await page.goBack()
  await page.getByRole('columnheader', { name: 'Tags' }).getByRole('button').click()
  await expect(page).toHaveURL(/sort=-tags/)
  await expect(page.getByRole('columnheader', { name: 'Tags' })).toHaveAttribute('aria-sort', 'descending')
  await expect(page.getByRole('row').nth(1)).toContainText('team/mixed')
  await expect(page.getByRole('row').nth(1)).toContainText('Helm chart')
  await page.getByRole('link', { name: 'team/mixed', exact: true }).click()
  await expect(page).toHaveURL(new RegExp(`/registries/${open.id}/repositories/`))
  await expect(page.getByRole('heading', { level: 1, name: 'team/mixed' })).toBeFocused()
})

test('list is narrowed by registry and kind, and shown whole again', async ({ page }) => {
  await openImages(page)
  await page.getByRole('main').getByRole('button', { name: /Any registry/ }).click()
  await page.getByRole('combobox', { name: 'Find a registry' }).fill('alpha')
  // What is not found goes from above it, and it moves up.
  await expect(page.getByRole('listbox', { name: 'Registry' }).getByRole('option')).toHaveText([/dock-alpha/])
  await page.getByRole('option', { name: /dock-alpha/ }).click()
  await expect(page).toHaveURL(new RegExp(`registry=${own.id}`))
  await expect(page.getByText('1 repository', { exact: true })).toBeVisible()
  await page.getByRole('combobox', { name: 'Filter by kind' }).selectOption('helm')
  await expect(page.getByRole('heading', { name: 'No image matches' })).toBeVisible()
  await expectAccessible(page, 'images without a match')
  await page.getByRole('button', { name: 'Clear filters' }).click()
  await expect(page).toHaveURL(`${on.server.url}/images`)
  await page.getByRole('combobox', { name: 'Filter by kind' }).selectOption('helm')
  await expect(page.getByText('1 repository', { exact: true })).toBeVisible()
  await expect(row(page, 'team/mixed')).toBeVisible()
  await page.reload()
  await expect(page.getByRole('combobox', { name: 'Filter by kind' })).toHaveValue('helm')
  await expect(row(page, 'team/mixed')).toBeVisible()
})

test('what is typed is found in names, tags and digests, with the places marked', async ({ page }) => {
  await openImages(page)
  await box(page).fill('api')
  await expect(group(page, 'Repositories').getByRole('rowheader')).toHaveCount(2)
  await expect(row(page, 'team/api').locator('mark')).toHaveText('api')
  await expect(page).toHaveURL(/q=api/)

  await box(page).fill('team/api:1.')
  const tags = group(page, 'Tags')
  await expect(tags.getByRole('rowheader')).toHaveCount(3)
  const tag = row(page, 'team/api:1.10.0')
  await expect(tag).toContainText('dock-open')
  await expect(tag).toContainText('Image')
  const host = on.registry.address.replace('http://', '')
  await expect(tag.getByRole('button', { name: `Copy ${host}/team/api:1.10.0`, exact: true })).toBeVisible()
  await expectAccessible(page, 'what was found')
  await box(page).press('Enter')
  await expect(tags).toBeVisible()

  await box(page).fill(made.image.digest.slice(0, 'sha256:'.length + 8))
  const digest = group(page, 'Digests').getByRole('link', { name: `team/mixed@${made.image.digest.slice(0, 19)}` })
  await digest.click()
  await expect(page.getByRole('heading', { level: 1 })).toContainText(made.image.digest.slice(0, 19))
  await page.goBack()
  await expect(box(page)).toHaveValue(made.image.digest.slice(0, 'sha256:'.length + 8))
  await expect(digest).toBeVisible()

  await box(page).fill('<img src=x>')
  await expect(page.getByRole('heading', { name: 'Nothing found for “<img src=x>”' })).toBeVisible()
  await expectAccessible(page, 'nothing found')
  await page.getByRole('button', { name: 'Clear filters' }).click()
  await expect(box(page)).toHaveValue('')
  await expect(page.getByText(`1–50 of ${ALL + 1}`)).toBeVisible()
})

test('more than a group shows is said, and all of them are listed by name', async ({ page }) => {
  await openImages(page)
  await box(page).fill('many/')
  const names = group(page, 'Repositories')
  await expect(names).toContainText('20 and more')
  await names.getByRole('button', { name: 'Show all by name' }).click()
  await expect(page).toHaveURL(/names=true/)
  await expect(page.getByRole('button', { name: 'Names of repositories' })).toHaveAttribute('aria-pressed', 'true')
  await expect(page.getByText('1–50 of 60')).toBeVisible()
  await page.getByRole('button', { name: 'Everything' }).click()
  await expect(names).toContainText('20 and more')
})

test('typing asks once it pauses, and an answer for words typed over is not waited for', async ({ page }) => {
  const asked: string[] = []
  page.on('request', (request) => {
    const url = new URL(request.url())
    if (url.pathname === '/api/v1/search') asked.push(url.searchParams.get('q') ?? '')
  })
  let release = () => {}
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  await page.route('**/api/v1/search?*q=many*', async (route) => {
    await held
    await route.continue().catch(() => undefined)
  })
  await openImages(page)
  const late = page.waitForRequest(/search\?.*q=many/)
  await box(page).focus()
  await typeAtOnce(page, 'many')
  await late
  await box(page).fill('team/web')
  await expect(row(page, 'team/web')).toBeVisible()
  release()
  await expect(group(page, 'Repositories').getByRole('rowheader')).toHaveCount(1)
  // A change in a registry may have had the last one asked again.
  expect([...new Set(asked)]).toEqual(['many', 'team/web'])
})

test('while the index is filled only names are found, and the rest follows by itself', async ({ page }) => {
  let partial = true
  await page.route('**/api/v1/search?*', async (route) => {
    const answer = await route.fetch()
    const body = (await answer.json()) as object
    await route.fulfill({ response: answer, json: partial ? { ...body, partial, tags: [], artifacts: [] } : body })
  })
  await openImages(page, '?q=team/api:1.')
  const notice = page.getByText(/The search index is being filled/)
  await expect(notice).toBeVisible()
  await expectAccessible(page, 'search before the index is filled')
  partial = false
  await expect(notice).toBeHidden()
  await expect(row(page, 'team/api:1.9.0')).toBeVisible()
})

test.describe('search that fails', () => {
  test.use({ expectedErrors: [/status of 500 .*\/api\/v1\/search/] })

  test('says so where the results would be, and is tried again', async ({ page }) => {
    let broken = true
    await page.route('**/api/v1/search?*', (route) =>
      broken ? route.fulfill({ status: 500, json: { code: 'internal.error', params: {} } }) : route.continue(),
    )
    await openImages(page, '?q=team/web')
    await expect(page.getByText('The search failed')).toBeVisible()
    broken = false
    await page.getByRole('button', { name: 'Retry' }).click()
    await expect(row(page, 'team/web')).toBeVisible()
  })
})

test('what is pushed appears by itself', async ({ page }) => {
  await openImages(page, '?q=zz-new')
  await expect(page.getByRole('heading', { name: 'Nothing found for “zz-new”' })).toBeVisible()
  await second.fill(['zz-new/first'])
  await on.server.call('POST', `/registries/${own.id}/crawl`)
  await expect(row(page, 'zz-new/first')).toBeVisible({ timeout: 30_000 })
})

test('viewer sees the images of the workspace and of open registries, and stays in the workspace', async ({ page, context }) => {
  await context.clearCookies()
  await viewer.lend(context)
  await page.goto(`${on.server.url}/workspaces/${alpha.id}/registries`)
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Images' }).click()
  await expect(page).toHaveURL(`${on.server.url}/workspaces/${alpha.id}/images`)
  await expect(row(page, 'many/app-000')).toContainText('Platform', { timeout: 30_000 })
  await expect(row(page, 'alpha/api')).toBeVisible()
  await expectAccessible(page, 'images of a workspace')
  await page.getByRole('checkbox', { name: 'Only registries of this workspace' }).check()
  await expect(page).toHaveURL(/own=true/)
  await expect(row(page, 'many/app-000')).toBeHidden()
  await page.getByRole('checkbox', { name: 'Only registries of this workspace' }).uncheck()
  await box(page).fill('team/web')
  await page.getByRole('link', { name: 'team/web', exact: true }).click()
  await expect(page).toHaveURL(new RegExp(`/workspaces/${alpha.id}/registries/${open.id}/repositories/`))
  await expect(page.getByRole('heading', { level: 1, name: 'team/web' })).toBeVisible()

  await page.goto(`${on.server.url}/images`)
  await expect(page).not.toHaveURL(/\/images$/)
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await page.keyboard.press('Control+k')
  await expect(page.getByRole('combobox', { name: 'Search and commands' })).toBeFocused()
  await page.keyboard.type('team/api')
  await page.getByRole('group', { name: 'Repositories' }).getByRole('option').click()
  await expect(page).toHaveURL(new RegExp(`/workspaces/${alpha.id}/registries/${open.id}/repositories/`))
})

test('palette finds repositories and tags, and leads to their pages', async ({ page }) => {
  await openImages(page)
  await page.keyboard.press('Control+k')
  await expect(page.getByRole('combobox', { name: 'Search and commands' })).toBeFocused()
  await page.keyboard.type('team/api:0-rc')
  const tags = page.getByRole('group', { name: 'Tags' }).getByRole('option')
  await expect(tags).toHaveCount(1)
  await expect(tags.first()).toContainText('dock-open')
  await expectAccessible(page, 'palette with tags')
  await page.getByRole('option', { name: /team\/api:2\.0\.0-rc\.1/ }).click()
  await expect(page).toHaveURL(new RegExp(`/registries/${open.id}/repositories/.*/artifacts/sha256:`))
})

test('tags are ordered by their version, and the arrow stands where the order comes from', async ({ page }) => {
  await openRepository(page, on.server, open, 'team/api')
  const header = (name: string) => page.getByRole('columnheader', { name, exact: true })
  await expect(header('Pushed')).toHaveAttribute('aria-sort', 'descending')
  await expect(header('Built')).not.toHaveAttribute('aria-sort')
  const order = page.getByRole('combobox', { name: 'Order' })
  await order.selectOption({ label: 'By version, newest first' })
  await expect(page).toHaveURL(/sort=-version/)
  const newest = [/2\.0\.0$/, /2\.0\.0-rc\.1$/, /1\.10\.0$/, /1\.9\.0$/, /1\.2\.0$/]
  await expect(page.getByRole('rowheader')).toHaveText(newest)
  await expect(header('Tag')).toHaveAttribute('aria-sort', 'descending')
  await expect(header('Pushed')).not.toHaveAttribute('aria-sort')
  await order.selectOption({ label: 'By version, oldest first' })
  await expect(page.getByRole('rowheader')).toHaveText([...newest].reverse())
})

for (const language of LANGUAGES) {
  test.describe(`images in ${language}`, () => {
    test.use({ locale: BROWSER_LOCALE[language] })

    test('are accessible, listed and found', async ({ page }) => {
      const words = WORDS[language]
      await openImages(page, '', words.images)
      await expect(page.getByRole('link', { name: 'many/app-001' })).toBeVisible()
      await expectAccessible(page, 'images')
      await openImages(page, '?q=team/api:1.', words.images)
      await expect(row(page, 'team/api:1.2.0')).toBeVisible()
      await expectAccessible(page, 'images found')
    })
  })
}

for (const width of [320, 390]) {
  test(`images fit ${width} pixels, however long the name`, async ({ page }) => {
    await page.setViewportSize({ width, height: 800 })
    const wide = () => page.evaluate(() => document.documentElement.scrollWidth)
    await openImages(page, '?q=very-long')
    await expect(page.getByRole('link', { name: LONG, exact: true })).toBeVisible()
    expect(await wide()).toBeLessThanOrEqual(width)
    await openImages(page, '?q=very-long&names=true')
    await expect(page.getByRole('link', { name: LONG, exact: true })).toBeVisible()
    expect(await wide()).toBeLessThanOrEqual(width)
  })
}
