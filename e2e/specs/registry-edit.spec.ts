import { expectAccessible } from '../support/axe.ts'
import { BROWSER_LOCALE, LANGUAGES, WORDS } from '../support/looks.ts'
import { join, Person, type Tenant, workspace } from '../support/people.ts'
import { ACCOUNT } from '../support/registry.ts'
import { openEdit, openList, openOverview, untilRead } from '../support/screens.ts'
import { type Scripted, scripted } from '../support/scripted.ts'
import type { Integrated } from '../support/server.ts'
import { expect, installation, test } from '../support/test.ts'

const OLD = 'the password of the old account'
const NEW = 'the password of the new account'
/** A refused edit is an answer that the browser's console notes. */
const edits = (status: number | string) => new RegExp(`status of ${status} .*/api/v1/registries/[0-9a-f-]+$`)

let home: Scripted
let payments: Tenant
let mona: Person
let ada: Person
let count = 0

const on = installation(async ({ server, registry }) => {
  await registry.fill(['team/api', 'team/web'])
  home = await scripted()
  await server.setUp()
  payments = await workspace(server, 'payments')
  mona = await Person.make(server, 'mona')
  ada = await Person.make(server, 'ada', { platform_role: 'auditor' })
  await join(server, payments, mona, 'admin')
})
test.afterAll(async () => home?.dispose())
test.beforeEach(async ({ context }, { title }) => {
  home.account = { username: ACCOUNT.username, password: OLD }
  home.seen.length = 0
  await (title.startsWith('auditor') ? ada : title.startsWith('workspace') ? mona : on.server).lend(context)
})

/** A registry of its own for a test, at the scripted address and with its account. */
async function integrated(): Promise<Integrated> {
  count += 1
  return on.server.integrate(`dock-${count}`, home.address, { username: ACCOUNT.username, password: OLD, description: 'Before.' })
}

const stored = async (id: string) => (await on.server.call('GET', `/registries/${id}`)) as Integrated & Record<string, unknown>

test('description alone is changed without the password, and Save waits for a change', async ({ page }) => {
  const registry = await integrated()
  await openOverview(page, on.server, registry)
  const drawer = await openEdit(page, WORDS.en, registry.name)
  await expect(drawer).toContainText('Kind and name stay as they are')
  const save = drawer.getByRole('button', { name: 'Save changes' })
  await expect(save).toHaveAttribute('aria-disabled', 'true')
  await save.hover()
  await expect(page.getByRole('tooltip')).toHaveText('Nothing has been changed yet.')
  await expect(drawer.getByLabel('Password or token')).toHaveValue('')
  await expect(drawer).toContainText('Leave it empty to keep the stored password unchanged.')

  await drawer.getByRole('textbox', { name: 'Description' }).fill('After.')
  home.seen.length = 0
  const request = page.waitForRequest((each) => each.method() === 'PATCH')
  await save.click()
  expect((await request).postDataJSON()).toEqual({ description: 'After.' })
  await expect(page.getByText(`${registry.name} is saved.`)).toBeVisible()
  await expect(page.getByRole('region', { name: 'Basic information' })).toContainText('After.')
  await expect(page.getByRole('button', { name: 'More actions' })).toBeFocused()
})

test('changed address asks for the password before the server does, then moves, and the page follows', async ({ page }) => {
  const registry = await integrated()
  const elsewhere = await scripted()
  // It asks for an account like the one before: who asks for none would be another server.
  elsewhere.account = { username: ACCOUNT.username, password: NEW }
  try {
    await untilRead(on.server, registry.id)
    await openOverview(page, on.server, registry)
    await expect(page.getByRole('region', { name: 'Statistics' })).toContainText(/Repositories\s*0/)
    const drawer = await openEdit(page, WORDS.en, registry.name)
    let patches = 0
    page.on('request', (request) => (patches += request.method() === 'PATCH' ? 1 : 0))

    await drawer.getByRole('textbox', { name: 'Address' }).fill(elsewhere.address)
    const password = drawer.getByLabel('Password or token')
    await expect(password).toHaveAttribute('aria-required', 'true')
    await expect(drawer).toContainText('the stored password was given for another address, account or certificate check')
    await drawer.getByRole('checkbox', { name: 'Use an unencrypted connection' }).check()
    // The free steps run by themselves; the account is neither tried nor can it be without its password.
    const steps = drawer.getByRole('listitem')
    await expect(steps.filter({ hasText: 'Detect product' })).toContainText('OK')
    await expect(steps.filter({ hasText: 'Sign in' })).toContainText('Not tried yet')
    await expect(drawer.getByRole('button', { name: 'Test with the account' })).toHaveAttribute('aria-disabled', 'true')

    await drawer.getByRole('button', { name: 'Save changes' }).click()
    await expect(password).toBeFocused()
    await expect(drawer.getByText('Enter the password again', { exact: false }).first()).toBeVisible()
    await expect(drawer.getByRole('alert')).toContainText('Nothing is saved yet')
    expect(patches).toBe(0)
    expect(elsewhere.seen).toEqual([])

    await password.fill(NEW)
    // What is counted at the new address must not arrive while the test looks.
    const saved = page.waitForResponse((each) => each.request().method() === 'PATCH')
    await drawer.getByRole('button', { name: 'Save changes' }).click()
    const answer = (await (await saved).json()) as { statistics: { repositories: { unavailable: string } } }
    expect(answer.statistics.repositories.unavailable).toBe('not_measured_yet')
    await expect(drawer).toBeHidden()
    await expect(page.getByRole('region', { name: 'Basic information' })).toContainText(elsewhere.address)
    expect(new Set(elsewhere.seen)).toEqual(new Set([`${ACCOUNT.username}:${NEW}`]))
  } finally {
    await elsewhere.dispose()
  }
})

test('address that is spelled otherwise is no other address, and an emptied username is no removed account', async ({ page }) => {
  const registry = await integrated()
  await openOverview(page, on.server, registry)
  const drawer = await openEdit(page, WORDS.en, registry.name)
  await drawer.getByRole('textbox', { name: 'Address' }).fill(`${home.address}/`)
  await expect(drawer.getByRole('button', { name: 'Save changes' })).toHaveAttribute('aria-disabled', 'true')
  await drawer.getByRole('textbox', { name: 'Username' }).fill('')
  await expect(drawer).toContainText('To use no account, tick “Remove the account”.')
  await drawer.getByRole('button', { name: 'Save changes' }).click()
  await expect(drawer.getByRole('textbox', { name: 'Username' })).toBeFocused()

  delete home.account
  await drawer.getByRole('checkbox', { name: 'Remove the account' }).check()
  await expect(drawer.getByLabel('Password or token')).toHaveCount(0)
  await drawer.getByRole('button', { name: 'Test without an account' }).click()
  await expect(drawer.getByRole('listitem').filter({ hasText: 'Check rights' })).toContainText('repositories can be listed')
  const request = page.waitForRequest((each) => each.method() === 'PATCH')
  await drawer.getByRole('button', { name: 'Save changes' }).click()
  expect((await request).postDataJSON()).toEqual({ username: null })
  await expect(page.getByRole('region', { name: 'Basic information' })).toContainText('None, read without signing in')
  // Without an account there is nothing to rotate.
  await page.getByRole('button', { name: 'More actions' }).click()
  await expect(page.getByRole('menuitem', { name: 'Edit…' })).toBeVisible()
  await expect(page.getByRole('menuitem', { name: 'Rotate credential…' })).toHaveCount(0)
})

test.describe('credential', () => {
  test.use({ expectedErrors: [edits(502)] })

  test('is rotated from the row menu: a wrong one is refused at its step, the right one is stored', async ({ page }) => {
    const registry = await integrated()
    await openList(page, on.server, WORDS.en)
    const menu = page.getByRole('button', { name: `Actions for ${registry.name}`, exact: true })
    await menu.click()
    await page.getByRole('menuitem', { name: 'Rotate credential…' }).click()
    const dialog = page.getByRole('dialog', { name: `Rotate the credential of ${registry.name}` })
    const password = dialog.getByLabel('New password or token')
    await expect(password).toBeFocused()
    await expect(dialog).toContainText(ACCOUNT.username)
    await expect(dialog).toContainText(home.address)
    await dialog.getByRole('button', { name: 'Test and store' }).click()
    await expect(password).toHaveAttribute('aria-invalid', 'true')

    home.account = { username: ACCOUNT.username, password: NEW }
    await password.fill('not the password')
    await page.keyboard.press('Enter')
    const step = dialog.getByRole('listitem').filter({ hasText: 'Sign in' })
    await expect(step).toContainText('Failed')
    await expect(step).toContainText('The registry rejects the account')
    await expect(dialog.getByRole('alert')).toContainText('nothing was saved')
    expect((await stored(registry.id)).generation).toBe(1)

    await password.fill(NEW)
    await expect(dialog.getByRole('alert')).toHaveCount(0)
    await page.keyboard.press('Enter')
    await expect(page.getByText(`The new credential of ${registry.name} is stored.`)).toBeVisible()
    await expect(dialog).toBeHidden()
    await expect(menu).toBeFocused()
    home.seen.length = 0
    await menu.click()
    await page.getByRole('menuitem', { name: 'Test connection' }).click()
    await expect(page.getByRole('dialog').getByRole('listitem').filter({ hasText: 'Check rights' })).toContainText('OK')
    expect(new Set(home.seen)).toEqual(new Set([`${ACCOUNT.username}:${NEW}`]))
  })
})

test.describe('connection that fails', () => {
  test.use({ expectedErrors: [edits(502)] })

  test('is refused with its cause at the step, and saved anyway as unverified', async ({ page }) => {
    const registry = await integrated()
    await openOverview(page, on.server, registry)
    const drawer = await openEdit(page, WORDS.en, registry.name)
    await drawer.getByRole('textbox', { name: 'Username' }).fill('somebody')
    await drawer.getByLabel('Password or token').fill('wrong')
    await drawer.getByRole('button', { name: 'Save changes' }).click()
    const card = drawer.getByRole('region', { name: 'Connection test' })
    await expect(card.getByRole('alert')).toContainText('nothing was saved')
    await expect(card.getByRole('listitem').filter({ hasText: 'Sign in' })).toContainText('The registry rejects the account')

    await drawer.getByRole('textbox', { name: 'Address' }).fill('http://registry.invalid:5000')
    await drawer.getByRole('checkbox', { name: 'Use an unencrypted connection' }).check()
    await expect(card.getByRole('listitem').filter({ hasText: 'Resolve name' })).toContainText('The name cannot be resolved')
    await drawer.getByRole('button', { name: 'Save changes' }).click()
    await expect(card.getByRole('alert')).toContainText('The name cannot be resolved')
    expect((await stored(registry.id)).generation).toBe(1)
    await card.getByRole('button', { name: 'Save anyway' }).click()
    await expect(page.getByText(`${registry.name} is stored as unverified.`)).toBeVisible()
    await expect(page.getByText('Unverified', { exact: true })).toBeVisible()
    await expect(page.getByRole('region', { name: 'Basic information' })).toContainText('somebody')
    await expect(page.getByRole('region', { name: 'Statistics' })).toContainText(/Repositories\s*Not measured yet/)
  })
})

test.describe('edit that comes too late', () => {
  test.use({ expectedErrors: [edits(412)] })

  test('is told what changed; theirs are taken, or mine are kept over them', async ({ page }) => {
    const registry = await integrated()
    await openOverview(page, on.server, registry)
    const drawer = await openEdit(page, WORDS.en, registry.name)
    const description = drawer.getByRole('textbox', { name: 'Description' })
    const save = drawer.getByRole('button', { name: 'Save changes' })
    const behind = (generation: number, change: object) =>
      on.server.call('PATCH', `/registries/${registry.id}`, change, { 'if-match': `"${generation}"` })

    // Down at the end of a long form the notice at its top would be out of sight.
    await page.setViewportSize({ width: 390, height: 600 })
    await description.fill('Mine.')
    await behind(1, { description: 'Theirs.' })
    await save.click()
    await expect(drawer.getByRole('alert')).toContainText('Description: Theirs.')
    await expect(drawer.getByRole('button', { name: 'Keep mine' })).toBeInViewport()
    await expect(save).toHaveAttribute('aria-disabled', 'true')
    await drawer.getByRole('button', { name: 'Take their values' }).click()
    await expect(description).toHaveValue('Theirs.')
    await expect(save).toHaveAttribute('aria-disabled', 'true')

    await description.fill('Mine again.')
    await behind(2, { password: OLD })
    await save.click()
    await expect(drawer.getByRole('alert')).toContainText('The password was given anew.')
    await drawer.getByRole('button', { name: 'Keep mine' }).click()
    await expect(description).toHaveValue('Mine again.')
    await save.click()
    await expect(page.getByText(`${registry.name} is saved.`)).toBeVisible()
    expect((await stored(registry.id)).generation).toBe(4)

    // The dialog for the credential says so too, and forgets what was typed for the version before.
    await page.getByRole('button', { name: 'More actions' }).click()
    await page.getByRole('menuitem', { name: 'Rotate credential…' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('New password or token').fill(OLD)
    await behind(4, { username: 'other', password: OLD, save_anyway: true })
    await dialog.getByRole('button', { name: 'Test and store' }).click()
    await expect(dialog.getByRole('alert')).toContainText('Someone else changed this registry')
    await dialog.getByRole('button', { name: 'Reload' }).click()
    await expect(dialog).toContainText('other')
    await expect(dialog.getByLabel('New password or token')).toHaveValue('')
  })
})

test('drawer keeps what was typed but the password over an Escape, says so, and lets go of it', async ({ page }) => {
  const registry = await integrated()
  await openOverview(page, on.server, registry)
  let drawer = await openEdit(page, WORDS.en, registry.name)
  await drawer.getByRole('textbox', { name: 'Username' }).fill('half-typed')
  await drawer.getByLabel('Password or token').fill('secret')
  await page.keyboard.press('Escape')
  await expect(drawer).toBeHidden()
  await expect(page.getByRole('button', { name: 'More actions' })).toBeFocused()
  drawer = await openEdit(page, WORDS.en, registry.name)
  await expect(drawer.getByRole('textbox', { name: 'Username' })).toHaveValue('half-typed')
  await expect(drawer.getByLabel('Password or token')).toHaveValue('')
  await expect(drawer).toContainText('These are your unsaved changes from before.')
  await drawer.getByRole('button', { name: 'Discard them' }).click()
  await expect(drawer.getByRole('textbox', { name: 'Username' })).toHaveValue(ACCOUNT.username)
  await expect(drawer.getByRole('button', { name: 'Save changes' })).toHaveAttribute('aria-disabled', 'true')
})

test('auditor finds both entries disabled, with the reason', async ({ page }) => {
  const registry = await integrated()
  await openOverview(page, on.server, registry)
  await page.getByRole('button', { name: 'More actions' }).click()
  for (const name of ['Edit…', 'Rotate credential…']) {
    const entry = page.getByRole('menuitem', { name })
    await expect(entry).toHaveAttribute('aria-disabled', 'true')
    await expect(entry).toContainText('You may not do this')
  }
})

test('workspace administrator edits the own registry, without the offer to skip the certificate check', async ({ page }) => {
  const made = (await mona.call('POST', '/registries', {
    kind: 'docker',
    name: 'team-dock',
    address: on.registry.address,
    plain_http_consent: true,
    owner: { type: 'workspace', id: payments.id },
  })) as Integrated
  await page.goto(`${on.server.url}/workspaces/${payments.id}/registries`)
  await page.getByRole('button', { name: 'Actions for team-dock' }).click()
  await page.getByRole('menuitem', { name: 'Edit…' }).click()
  const drawer = page.getByRole('dialog', { name: 'Edit team-dock' })
  const address = drawer.getByRole('textbox', { name: 'Address' })
  await address.fill('https://registry.invalid')
  await expect(drawer.getByRole('combobox', { name: 'TLS certificate' }).getByRole('option')).toHaveCount(2)
  await address.fill(on.registry.address)
  await drawer.getByRole('textbox', { name: 'Description' }).fill('Of the team.')
  await drawer.getByRole('button', { name: 'Save changes' }).click()
  await expect(page.getByText('team-dock is saved.')).toBeVisible()
  expect((await stored(made.id)).description).toBe('Of the team.')
})

for (const language of LANGUAGES) {
  test.describe(`edit in ${language}`, () => {
    test.use({ locale: BROWSER_LOCALE[language], expectedErrors: [edits('(412|502)')] })

    test('is accessible in every state', async ({ page }) => {
      const words = WORDS[language]
      const registry = await integrated()
      await openOverview(page, on.server, registry)
      const drawer = await openEdit(page, words, registry.name)
      await expectAccessible(page, 'edit drawer')
      await drawer.getByRole('textbox', { name: words.username }).fill('other')
      await drawer.getByRole('button', { name: words.saveChanges }).click()
      await expect(drawer.getByRole('alert')).toBeVisible()
      await expectAccessible(page, 'edit drawer, password missing')
      await drawer.getByLabel(words.registryPassword).fill('wrong')
      await drawer.getByRole('button', { name: words.saveChanges }).click()
      await expect(drawer.getByRole('button', { name: words.saveAnyway })).toBeVisible()
      await expectAccessible(page, 'edit drawer, test failed')
      await on.server.call('PATCH', `/registries/${registry.id}`, { description: 'x' }, { 'if-match': '"1"' })
      await drawer.getByRole('button', { name: words.saveChanges }).click()
      await expect(drawer.getByRole('button', { name: words.takeTheirs })).toBeVisible()
      // The button's reason lies over the page as long as the pointer rests on it.
      await page.mouse.move(0, 0)
      await expect(page.getByRole('tooltip')).toHaveCount(0)
      await expectAccessible(page, 'edit drawer, conflict')
      await page.keyboard.press('Escape')
      await expect(drawer).toBeHidden()

      await page.getByRole('button', { name: words.moreActions }).click()
      await page.getByRole('menuitem', { name: words.rotate }).click()
      const dialog = page.getByRole('dialog')
      await expectAccessible(page, 'rotate dialog')
      await dialog.getByLabel(words.newPassword).fill('wrong')
      await dialog.getByRole('button', { name: words.testAndStore }).click()
      await expect(dialog.getByRole('button', { name: words.saveAnyway })).toBeVisible()
      await expectAccessible(page, 'rotate dialog, test failed')
    })
  })
}

test('drawer and dialog fit 320 pixels', async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 700 })
  const registry = await integrated()
  await openOverview(page, on.server, registry)
  const drawer = await openEdit(page, WORDS.en, registry.name)
  const wider = (element: Element) => element.scrollWidth - element.clientWidth
  expect(await drawer.evaluate(wider)).toBeLessThanOrEqual(0)
  await page.keyboard.press('Escape')
  await expect(drawer).toBeHidden()
  await page.getByRole('button', { name: 'More actions' }).click()
  await page.getByRole('menuitem', { name: 'Rotate credential…' }).click()
  await expect(page.getByRole('dialog')).toBeVisible()
  expect(await page.getByRole('dialog').evaluate(wider)).toBeLessThanOrEqual(0)
})
