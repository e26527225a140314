import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { expectAccessible } from '../support/axe.ts'
import { BROWSER_LOCALE, LANGUAGES, WORDS } from '../support/looks.ts'
import { join as enter, Person, workspace } from '../support/people.ts'
import { Registry } from '../support/registry.ts'
import { openRepositories, openRepository, untilRead } from '../support/screens.ts'
import type { Integrated } from '../support/server.ts'
import { expect, installation, test } from '../support/test.ts'

/** As long as a registry lets a name be. */
const LONG = `team/${'very-long-'.repeat(25)}`.slice(0, 250).replace(/-$/, '')
const MANY = Array.from({ length: 70 }, (_, index) => `many/app-${String(index).padStart(3, '0')}`)

let filled: Integrated
let bare: Integrated
let empty: Registry
const on = installation(async ({ server, registry }) => {
  await registry.fill(['team/api', 'team/web', LONG, ...MANY])
  await registry.fill(['team/api'], ['1.1', 'latest'])
  empty = await Registry.start()
  await server.setUp()
  filled = await server.integrate('dock-open', registry.address)
  bare = await server.integrate('dock-empty', empty.address)
  await untilRead(server, filled.id)
  await untilRead(server, bare.id)
})
test.afterAll(() => empty.dispose())
test.beforeEach(({ context }) => on.server.lend(context))

const row = (page: Page, name: string) => page.getByRole('row').filter({ has: page.getByRole('link', { name, exact: true }) })

test('repositories are listed with tags, artifacts and size, searched as typed, sorted and paged in the URL', async ({
  page,
}) => {
  await openRepositories(page, on.server, filled)
  await expect(page.getByRole('link', { name: 'Repositories', exact: true })).toHaveAttribute('aria-current', 'page')
  await expect(page.getByRole('status').filter({ hasText: '73' })).toHaveText('1–50 of 73')
  await page.getByRole('button', { name: 'Next' }).click()
  await expect(page.getByText('51–73 of 73')).toBeVisible()
  await expect(page).toHaveURL(/after=/)
  await expectAccessible(page, 'second page of repositories')
  await page.goBack()
  await expect(page.getByText('1–50 of 73')).toBeVisible()

  await page.getByRole('searchbox', { name: 'Filter by name' }).fill('team/a')
  await expect(page).toHaveURL(/q=team/)
  await expect(page.getByText('1 repository', { exact: true })).toBeVisible()
  const api = row(page, 'team/api')
  await expect(api.getByRole('cell').nth(0)).toHaveText('3')
  await expect(api.getByRole('cell').nth(1)).toHaveText('1')
  await expect(api.getByRole('cell').nth(2)).toHaveText(/^\d.* B/)

  await page.getByRole('searchbox', { name: 'Filter by name' }).fill('no-such-name')
  await expect(page.getByRole('heading', { name: 'No repository matches' })).toBeVisible()
  await page.getByRole('button', { name: 'Clear filters' }).click()
  await page.getByRole('columnheader', { name: 'Tags' }).getByRole('button').click()
  await expect(page).toHaveURL(/sort=-tags/)
  await expect(page.getByRole('row').nth(1)).toContainText('team/api')
  await page.reload()
  await expect(page.getByRole('columnheader', { name: 'Tags' })).toHaveAttribute('aria-sort', 'descending')
})

test('what is pushed appears by itself once the registry is read again, below the rows that are there', async ({
  page,
}) => {
  await openRepositories(page, on.server, filled, '?q=zz-new')
  await expect(page.getByRole('heading', { name: 'No repository matches' })).toBeVisible()
  await on.registry.fill(['zz-new/first'])
  await on.server.call('POST', `/registries/${filled.id}/crawl`)
  await expect(page.getByRole('link', { name: 'zz-new/first' })).toBeVisible({ timeout: 30_000 })
})

test('repository shows its tags with what they are pulled by, their digest, size and architecture', async ({ page }) => {
  await openRepositories(page, on.server, filled, '?q=team/api')
  await page.getByRole('link', { name: 'team/api', exact: true }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'team/api' })).toBeFocused()
  const host = on.registry.address.replace('http://', '')
  await expect(page.getByRole('button', { name: `Copy ${host}/team/api`, exact: true })).toBeVisible()
  await expect(page.getByRole('button', { name: `Copy ${host}/team/api:1.1`, exact: true })).toBeVisible()
  const tag = page.getByRole('row', { name: /latest/ })
  await expect(tag).toContainText(/sha256:[0-9a-f]{12}/)
  await expect(tag).toContainText('linux/amd64')
  await expect(tag).toContainText('Image')
  await expect(page.getByText('3 tags', { exact: true })).toBeVisible()
  await page.getByRole('combobox', { name: 'Order' }).selectOption('-name')
  await expect(page).toHaveURL(/sort=-name/)
  await expect(page.getByRole('row').nth(1)).toContainText('latest')
  await page.getByRole('searchbox', { name: 'Filter by name' }).fill('1.')
  await expect(page.getByText('2 tags', { exact: true })).toBeVisible()

  await page.getByRole('button', { name: 'Read again' }).click()
  await expect(page.getByText('The repository is read as soon as its turn comes.')).toBeVisible()
})

test('overview says how far the reading is, and has it done again', async ({ page }) => {
  await page.goto(`${on.server.url}/registries/${filled.id}`)
  const reading = page.getByRole('region', { name: 'Reading' })
  await expect(reading).toContainText('Up to date', { timeout: 30_000 })
  await expect(reading).toContainText(/Manifests\s*1 of 1/)
  await expect(page.getByRole('region', { name: 'Statistics' })).toContainText('1 of 1 manifests read')
  const again = reading.getByRole('button', { name: 'Read again now' })
  await again.click()
  await expect(page.getByText('The registry is read as soon as its turn comes.')).toBeVisible()
  await expect(reading).toContainText('Up to date', { timeout: 30_000 })
})

test('reading that goes on tells its step, how much is done, how long the rest takes, and can be stopped', async ({
  page,
}) => {
  // A real one of this size is over before it can be looked at.
  let status = 'running'
  await page.route(/\/api\/v1\/registries\/[^/]+\/crawl$/, async (route) => {
    const answer = await route.fetch()
    if (route.request().method() === 'DELETE') status = 'cancelled'
    const going = { phase: 'manifests', rate_per_minute: 120, remaining_ms: 1_800_000, finished_at: null, next_at: null }
    const counts = { requests: 40, repositories: 74, repositories_listed: 72, repositories_broken: 2 }
    const body = (await answer.json()) as { counts: object }
    const json = { ...body, ...going, status, counts: { ...body.counts, ...counts }, manifests_read: { read: 30, known: 120 } }
    await route.fulfill({ response: answer, json })
  })
  await page.goto(`${on.server.url}/registries/${filled.id}`)
  const reading = page.getByRole('region', { name: 'Reading' })
  await expect(reading).toContainText('Reading manifests')
  await expect(reading.getByRole('progressbar', { name: 'Progress of this step' })).toHaveAttribute('aria-valuenow', '25')
  await expect(reading).toContainText('about 30 minutes left')
  await expect(reading).toContainText('120 requests a minute')
  await expect(reading).toContainText('2 repositories could not be read')
  await expectAccessible(page, 'overview while the registry is read')
  const stopped = page.waitForRequest((request) => request.method() === 'DELETE')
  await reading.getByRole('button', { name: 'Stop reading' }).click()
  await stopped
  await expect(reading).toContainText('What was read until then stays.')
  await expect(reading.getByRole('button', { name: 'Read again now' })).toBeVisible()
})

test('overview leads to the repositories that could not be read, and those alone', async ({ page }) => {
  // Where the registry looks for tags there is a file, and it answers 500.
  const tags = join(on.registry.folder, 'data/docker/registry/v2/repositories/spoilt/one/_manifests/tags')
  await on.registry.fill(['spoilt/one'])
  await rm(tags, { recursive: true })
  await writeFile(tags, '')
  await on.server.call('POST', `/registries/${filled.id}/crawl`)
  await untilRead(on.server, filled.id)
  await page.goto(`${on.server.url}/registries/${filled.id}`)
  const reading = page.getByRole('region', { name: 'Reading' })
  await expect(reading).toContainText('1 repository could not be read', { timeout: 30_000 })
  await reading.getByRole('link', { name: 'Show repositories' }).click()
  await expect(page).toHaveURL(/state=broken/)
  await expect(page.getByRole('heading', { name: 'Only those that could not be read' })).toBeVisible()
  await expect(page.getByText('1 repository', { exact: true })).toBeVisible()
  await expect(row(page, 'spoilt/one')).toBeVisible()
  await page.getByRole('button', { name: 'Show all' }).click()
  await expect(row(page, 'many/app-001')).toBeVisible()
})

test('repository that could not be read says why, and a tag nobody has looked at yet says that', async ({ page }) => {
  await page.route(/\/api\/v1\/(spaces|repositories)\/[^/]+(\/repositories\?|\/tags\?|$)/, async (route) => {
    const answer = await route.fetch()
    const body = (await answer.json()) as { items?: object[]; repository?: object }
    const broken = { state: 'broken', trouble: 'upstream.unauthorized' }
    const told = { provisional: true, digest: null, kind: null, size_bytes: null, platforms: [] }
    const isTags = route.request().url().includes('/tags?')
    const json = body.items
      ? { ...body, items: body.items.map((item) => ({ ...item, ...(isTags ? told : broken) })) }
      : { ...body, repository: { ...body.repository, ...broken } }
    await route.fulfill({ response: answer, json })
  })
  await openRepositories(page, on.server, filled, '?q=team/api')
  await expect(row(page, 'team/api')).toContainText('The registry rejects the account')
  await expectAccessible(page, 'list with a broken repository')
  await page.getByRole('link', { name: 'team/api', exact: true }).click()
  await expect(page.getByText('The tags could not be read the last time')).toBeVisible()
  const latest = page.getByRole('row', { name: /latest/ })
  await expect(latest).toContainText('Just told')
  await expect(latest).toContainText('Not read yet')
  await expectAccessible(page, 'broken repository with provisional tags')
})

test('registry of several spaces shows which take most, and each leads to its repositories', async ({ page }) => {
  await page.route(/\/api\/v1\/registries\/[^/]+\/spaces\?/, async (route) => {
    const answer = await route.fetch()
    const body = (await answer.json()) as { items: { id: string; storage_bytes: object }[] }
    const [first] = body.items
    const other = (name: string, value: number | null) => ({
      ...first,
      id: crypto.randomUUID(),
      name,
      storage_bytes: { ...first?.storage_bytes, value, unavailable: value === null ? 'not_offered' : null },
    })
    const items = [{ ...other('payments', 3_000_000_000), id: first?.id }, other('web-shop', 900_000_000), other('silent', null)]
    await route.fulfill({ response: answer, json: { ...body, items, total: { value: 3, exact: true } } })
  })
  await page.goto(`${on.server.url}/registries/${filled.id}`)
  const card = page.getByRole('region', { name: 'Largest spaces' })
  await expect(card.getByRole('listitem')).toHaveText([/payments.*2\.8 GiB/, /web-shop.*858 MiB/])
  await expectAccessible(page, 'overview of a registry with several spaces')
  await card.getByRole('link', { name: 'payments' }).click()
  await expect(page).toHaveURL(/\/repositories\?space=/)
  await expect(page.getByRole('heading', { name: 'payments' })).toBeVisible()
})

test('palette leads from a registry to its repositories', async ({ page }) => {
  await page.goto(`${on.server.url}/registries/${filled.id}`)
  await expect(page.getByRole('heading', { level: 1, name: 'dock-open' })).toBeVisible()
  await page.keyboard.press('Control+k')
  await expect(page.getByRole('combobox', { name: 'Search and commands' })).toBeFocused()
  await page.keyboard.type('repositories')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('searchbox', { name: 'Filter by name' })).toBeVisible()
})

test('viewer of a workspace reads it, and is told why nothing can be asked for', async ({ page, context }) => {
  const alpha = await workspace(on.server, 'alpha')
  const owned = await on.server.integrate('dock-alpha', on.registry.address, {
    owner: { type: 'workspace', id: alpha.id },
  })
  await untilRead(on.server, owned.id)
  const viewer = await Person.make(on.server, 'a-viewer')
  await enter(on.server, alpha, viewer, 'viewer')
  await context.clearCookies()
  await viewer.lend(context)
  await page.goto(`${on.server.url}/workspaces/${alpha.id}/registries/${owned.id}/repositories?q=team/api`)
  await page.getByRole('link', { name: 'team/api', exact: true }).click()
  await expect(page).toHaveURL(new RegExp(`/workspaces/${alpha.id}/registries/`))
  const again = page.getByRole('button', { name: 'Read again' })
  await expect(again).toHaveAttribute('aria-disabled', 'true')
  await again.hover()
  await expect(page.getByText(/You may not do this/)).toBeVisible()
})

test.describe('repository that is not there', () => {
  test.use({ expectedErrors: [/status of 404 .*\/api\/v1\/repositories\/[0-9a-f-]+/] })

  test('says so and leads back', async ({ page }) => {
    await page.goto(`${on.server.url}/registries/${filled.id}/repositories/0199aaaa-0000-7000-8000-000000000000`)
    await expect(page.getByRole('heading', { level: 1, name: 'This repository does not exist' })).toBeVisible()
    await expectAccessible(page, 'repository that is gone')
    await page.getByRole('link', { name: 'Show repositories' }).click()
    await expect(page.getByRole('heading', { level: 1, name: 'dock-open' })).toBeVisible()
  })
})

for (const language of LANGUAGES) {
  test.describe(`repositories in ${language}`, () => {
    test.use({ locale: BROWSER_LOCALE[language] })

    test('are accessible, full and empty', async ({ page }) => {
      const words = WORDS[language]
      await openRepositories(page, on.server, filled)
      await expect(page.getByRole('link', { name: 'many/app-001' })).toBeVisible()
      await expectAccessible(page, 'repositories')
      await openRepositories(page, on.server, bare)
      await expect(page.getByRole('heading', { name: words.noRepositories })).toBeVisible()
      await expectAccessible(page, 'no repositories')
      await openRepository(page, on.server, filled, 'team/api')
      await expect(page.getByRole('row', { name: /latest/ })).toBeVisible()
      await expectAccessible(page, 'tags')
      await page.goto(`${on.server.url}/registries/${filled.id}`)
      await expect(page.getByRole('region', { name: words.reading })).toContainText(words.upToDate, { timeout: 30_000 })
      await expectAccessible(page, 'overview with what was read')
    })
  })
}

for (const width of [320, 390]) {
  test(`list and repository fit ${width} pixels, however long the name`, async ({ page }) => {
    await page.setViewportSize({ width, height: 800 })
    const wide = () => page.evaluate(() => document.documentElement.scrollWidth)
    await openRepositories(page, on.server, filled, '?q=very-long')
    await expect(page.getByRole('link', { name: LONG })).toBeVisible()
    expect(await wide()).toBeLessThanOrEqual(width)
    await page.getByRole('link', { name: LONG }).click()
    await expect(page.getByRole('row', { name: /1\.0/ })).toBeVisible()
    expect(await wide()).toBeLessThanOrEqual(width)
    await page.goto(`${on.server.url}/registries/${filled.id}`)
    await expect(page.getByRole('region', { name: 'Reading' })).toContainText('Up to date', { timeout: 30_000 })
    expect(await wide()).toBeLessThanOrEqual(width)
  })
}
