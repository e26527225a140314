import { expect, type Locator, type Page } from '@playwright/test'
import type { Words } from './looks.ts'
import { sleep } from './process.ts'
import { ADMIN, type Server } from './server.ts'

/** How long a page may take that is loaded anew: how fast the machine is no test is about. */
const OPENED = { timeout: 30_000 }

/** Types into the integrate drawer of a page that is signed in, until the free steps of the test have ended. */
export async function typeRegistry(
  page: Page,
  words: Words,
  typed: { name: string; address: string; username?: string; password?: string },
): Promise<void> {
  const drawer = page.getByRole('dialog', { name: words.integrate })
  await drawer.getByLabel(words.registryName, { exact: false }).first().fill(typed.name)
  await drawer.getByRole('textbox', { name: words.address }).fill(typed.address)
  if (typed.address.startsWith('http://')) await drawer.getByRole('checkbox', { name: words.plainHttp }).check()
  if (typed.username !== undefined) await drawer.getByRole('textbox', { name: words.username }).fill(typed.username)
  if (typed.password !== undefined) await drawer.getByLabel(words.registryPassword).fill(typed.password)
}

/** Fills the sign-in form that is on the page. */
export async function typeSignIn(page: Page, words: Words, password = ADMIN.password): Promise<void> {
  await page.getByRole('textbox', { name: words.name }).fill(ADMIN.name)
  await page.getByLabel(words.password, { exact: true }).fill(password)
  await page.getByRole('button', { name: words.signIn }).click()
}

export async function openList(page: Page, server: Server, words: Words, search = ''): Promise<void> {
  await page.goto(`${server.url}/registries${search}`)
  await expect(page.getByRole('heading', { level: 1, name: words.registries })).toBeVisible(OPENED)
}

export async function openOverview(page: Page, server: Server, registry: { id: string; name: string }): Promise<void> {
  await page.goto(`${server.url}/registries/${registry.id}`)
  await expect(page.getByRole('heading', { level: 1, name: registry.name })).toBeVisible(OPENED)
}

/** Opens the edit drawer from the menu of a registry's page. */
export async function openEdit(page: Page, words: Words, name: string): Promise<Locator> {
  await page.getByRole('button', { name: words.moreActions }).click()
  await page.getByRole('menuitem', { name: words.editRegistry }).click()
  const drawer = page.getByRole('dialog', { name: words.editTitle(name) })
  await expect(drawer.getByRole('textbox', { name: words.address })).toBeFocused()
  return drawer
}

/** Opens the repositories of a registry. */
export async function openRepositories(
  page: Page,
  server: Server,
  registry: { id: string; name: string },
  search = '',
): Promise<void> {
  await page.goto(`${server.url}/registries/${registry.id}/repositories${search}`)
  await expect(page.getByRole('heading', { level: 1, name: registry.name })).toBeVisible(OPENED)
}

/** The id of a repository of a registry with one space. */
export async function repositoryId(server: Server, registry: { id: string }, name: string): Promise<string> {
  const spaces = (await server.call('GET', `/registries/${registry.id}/spaces`)) as { items: { id: string }[] }
  const path = `/spaces/${spaces.items[0]?.id}/repositories?q=${encodeURIComponent(name.slice(0, 200))}`
  const found = (await server.call('GET', path)) as { items: { id: string; name: string }[] }
  const id = found.items.find((each) => each.name === name)?.id
  if (id === undefined) throw new Error(`${name} is not there`)
  return id
}

/** Opens the page of one repository of a registry with one space. */
export async function openRepository(page: Page, server: Server, registry: { id: string }, name: string): Promise<void> {
  const id = await repositoryId(server, registry, name)
  await page.goto(`${server.url}/registries/${registry.id}/repositories/${id}`)
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible(OPENED)
}

/** Opens the page of one artifact. */
export async function openArtifact(
  page: Page,
  server: Server,
  registry: { id: string },
  repository: string,
  digest: string,
): Promise<void> {
  const id = await repositoryId(server, registry, repository)
  await page.goto(`${server.url}/registries/${registry.id}/repositories/${id}/artifacts/${digest}`)
  await expect(page.getByRole('heading', { level: 1 })).toContainText(digest.slice(0, 19), OPENED)
}

/**
 * Types where the focus is without a pause, as the page's clock sees it: on a busy machine the time between two keys
 * may be longer than the one after which a page takes words for finished.
 */
export async function typeAtOnce(page: Page, words: string): Promise<void> {
  await page.clock.install()
  await page.clock.pauseAt(Date.now() + 1_000)
  await page.keyboard.type(words)
  await page.clock.resume()
}

/** Waits until changes come by themselves: one made before the page follows them is only seen at its next question. */
export async function untilLive(page: Page): Promise<void> {
  await expect(page.getByRole('banner').getByRole('status')).toHaveText('Live')
}

/** Waits until a registry was read once. */
export async function untilRead(server: Server, id: string): Promise<void> {
  const deadline = Date.now() + 60_000
  for (;;) {
    const crawl = (await server.call('GET', `/registries/${id}/crawl`)) as { status: string | null; phase: string | null }
    if (crawl.status === 'finished') return
    if (Date.now() > deadline) throw new Error(`${id} is ${crawl.status} at ${crawl.phase}`)
    await sleep(200)
  }
}
