import type { Page } from '@playwright/test'
import { expectAccessible } from '../support/axe.ts'
import { BROWSER_LOCALE } from '../support/looks.ts'
import { type CreatedUser, invite, Person } from '../support/people.ts'
import { untilLive } from '../support/screens.ts'
import { expect, installation, test, watch } from '../support/test.ts'

let auditor: Person

const on = installation(async ({ server }) => {
  await server.setUp()
  auditor = await Person.make(server, 'auditor', { platform_role: 'auditor', display_name: 'Otto the auditor' })
})

async function open(page: Page, search = ''): Promise<void> {
  await page.goto(`${on.server.url}/users${search}`)
  await expect(page.getByRole('heading', { level: 1, name: 'Users' })).toBeVisible()
}

async function openUser(page: Page, { user }: Pick<CreatedUser, 'user'>): Promise<void> {
  await page.goto(`${on.server.url}/users/${user.id}`)
  await expect(page.getByRole('heading', { level: 1, name: user.name })).toBeVisible()
}

const edit = (id: string, body: unknown, generation: number) =>
  on.server.call('PATCH', `/users/${id}`, body, { 'if-match': `"${generation}"` })

test('created user sets the password in another browser, and signs in with it', async ({ page, context, browser }) => {
  await on.server.lend(context)
  await open(page)
  await page.getByRole('button', { name: 'Create user' }).click()
  const dialog = page.getByRole('dialog', { name: 'Create user' })
  await expect(dialog.getByRole('textbox', { name: 'Name', exact: true })).toBeFocused()
  await expectAccessible(page, 'create user')
  await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill('newcomer')
  await dialog.getByRole('textbox', { name: 'Display name' }).fill('Nina Newcomer')
  await dialog.getByRole('button', { name: 'Create user' }).click()

  const shown = page.getByRole('dialog', { name: 'Link for newcomer' })
  await expect(shown.getByRole('button', { name: 'Copy link' })).toBeFocused()
  const link = await shown.getByRole('textbox', { name: 'One-time link' }).inputValue()
  expect(link).toMatch(new RegExp(`^${on.server.url}/password#token=[A-Za-z0-9_-]{40,}$`))
  await expect(shown.getByText(/Works once, until /)).toBeVisible()
  await expectAccessible(page, 'the link')
  // Shown once: neither a key nor a click beside it takes it away.
  await page.keyboard.press('Escape')
  await page.mouse.click(5, 5)
  await expect(shown).toBeVisible()
  await shown.getByRole('button', { name: 'Copy link' }).click()
  await expect(page.getByText('link copied')).toBeAttached()
  await shown.getByRole('button', { name: 'Done' }).click()
  await expect(page.getByRole('button', { name: 'Create user' })).toBeFocused()
  await expect(page.getByRole('row', { name: /newcomer/ })).toContainText('Nina Newcomer')

  const other = await browser.newContext({ locale: 'en-GB' })
  const seen: string[] = []
  await watch(other, seen)
  try {
    const theirs = await other.newPage()
    await theirs.goto(link)
    await theirs.getByLabel('New password', { exact: false }).first().fill('newcomer has a long password')
    await theirs.getByLabel('Repeat the new password').fill('newcomer has a long password')
    await theirs.getByRole('button', { name: 'Set password and sign in' }).click()
    await expect(theirs.getByRole('button', { name: 'NE – newcomer, account menu' })).toBeVisible()
    expect(seen).toEqual([])

    await theirs.getByRole('button', { name: /account menu$/ }).click()
    await theirs.getByRole('menuitem', { name: 'Sign out' }).click()
    await theirs.getByRole('textbox', { name: 'Name' }).fill('newcomer')
    await theirs.getByLabel('Password', { exact: true }).fill('newcomer has a long password')
    await theirs.getByRole('button', { name: 'Sign in' }).click()
    await expect(theirs.getByRole('button', { name: 'NE – newcomer, account menu' })).toBeVisible()
  } finally {
    await other.close()
  }
})

test('list is filtered in the address, and says when nobody matches', async ({ page, context }) => {
  await on.server.lend(context)
  await open(page)
  await expect(page.getByRole('rowheader').filter({ hasText: 'padmin' })).toContainText('You')
  await expectAccessible(page, 'users')
  await page.getByRole('searchbox', { name: 'Filter by name' }).fill('audit')
  await expect(page).toHaveURL(/\?q=audit$/)
  await expect(page.getByRole('rowheader')).toHaveCount(1)
  await page.reload()
  await expect(page.getByRole('rowheader')).toHaveCount(1)
  await page.getByRole('searchbox', { name: 'Filter by name' }).fill('nobody-like-it')
  await expect(page.getByRole('heading', { name: 'No user matches' })).toBeVisible()
  await expectAccessible(page, 'no user matches')
  await page.getByRole('button', { name: 'Clear filters' }).click()
  await expect(page.getByRole('rowheader').filter({ hasText: 'padmin' })).toBeVisible()
})

test.describe('refused input', () => {
  test.use({ expectedErrors: [/status of 409 .*\/api\/v1\/users$/] })

  test('is told beside the name, which gets the focus', async ({ page, context }) => {
    await on.server.lend(context)
    await open(page, '?create=true')
    const dialog = page.getByRole('dialog', { name: 'Create user' })
    const name = dialog.getByRole('textbox', { name: 'Name', exact: true })
    await name.fill('Not A Name')
    await dialog.getByRole('button', { name: 'Create user' }).click()
    await expect(dialog.getByText('Use lower-case letters, digits and hyphens, at most 63')).toBeVisible()
    await name.fill('auditor')
    await dialog.getByRole('button', { name: 'Create user' }).click()
    await expect(dialog.getByText('Another person has this name')).toBeVisible()
    await expect(name).toBeFocused()
    await expectAccessible(page, 'create user with an error')
    await page.keyboard.press('Escape')
    // Its own button has the same name for as long as it fades.
    await expect(dialog).toBeHidden()
    await expect(page.getByRole('button', { name: 'Create user' })).toBeFocused()
  })
})

test.describe('edit', () => {
  test.use({ expectedErrors: [/status of (409|412) .*\/api\/v1\/users\//] })

  test('changes name and role', async ({ page, context }) => {
    const made = await invite(on.server, 'edited')
    await on.server.lend(context)
    await openUser(page, made)
    await expectAccessible(page, 'a user')
    await page.getByRole('button', { name: 'Edit', exact: true }).click()
    const dialog = page.getByRole('dialog', { name: 'Edit edited' })
    await dialog.getByRole('textbox', { name: 'Display name' }).fill('Eddie')
    await dialog.getByRole('radio', { name: 'Auditor' }).check()
    await expectAccessible(page, 'edit a user')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await expect(dialog).toBeHidden()
    await expect(page.getByRole('button', { name: 'Edit', exact: true })).toBeFocused()
    await expect(page.getByRole('region', { name: 'Basic information' })).toContainText('Eddie')
    await expect(page.getByRole('region', { name: 'Basic information' })).toContainText('Auditor')
  })

  test('of what somebody else changed meanwhile shows their values and asks', async ({ page, context }) => {
    const made = await invite(on.server, 'contested')
    await on.server.lend(context)
    await openUser(page, made)
    await page.getByRole('button', { name: 'Edit', exact: true }).click()
    const dialog = page.getByRole('dialog', { name: 'Edit contested' })
    await dialog.getByRole('textbox', { name: 'Display name' }).fill('Mine')
    await edit(made.user.id, { display_name: 'Theirs', platform_role: 'auditor' }, made.user.generation)
    await dialog.getByRole('button', { name: 'Save' }).click()
    await expect(dialog.getByRole('alert')).toContainText('display name “Theirs”, platform role “Auditor”')
    await expectAccessible(page, 'edit conflict')
    await dialog.getByRole('button', { name: 'Keep mine' }).click()
    await expect(dialog.getByRole('textbox', { name: 'Display name' })).toHaveValue('Mine')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await expect(dialog).toBeHidden()
    await expect(page.getByRole('region', { name: 'Basic information' })).toContainText('Mine')
  })

  test('that would leave no administrator is refused with the reason', async ({ page, context }) => {
    const { items } = (await on.server.call('GET', '/users?q=padmin')) as { items: CreatedUser['user'][] }
    const [own] = items
    if (!own) throw new Error('no administrator')
    await on.server.lend(context)
    await openUser(page, { user: own })
    await page.getByRole('button', { name: 'Edit', exact: true }).click()
    const dialog = page.getByRole('dialog', { name: 'Edit padmin' })
    await dialog.getByRole('radio', { name: 'None' }).check()
    await dialog.getByRole('button', { name: 'Save' }).click()
    await expect(dialog.getByRole('alert')).toContainText('This is the last administrator')
    await dialog.getByRole('button', { name: 'Cancel' }).click()

    await page.getByRole('button', { name: 'Delete…' }).click()
    const remove = page.getByRole('dialog', { name: 'Delete padmin?' })
    await expect(remove.getByText('This is your own account')).toBeVisible()
    await remove.getByRole('button', { name: 'Delete padmin' }).click()
    await expect(remove.getByRole('alert')).toContainText('This is the last administrator')
  })
})

test('new link ends the one before', async ({ page, context }) => {
  const made = await invite(on.server, 'forgetful')
  await on.server.lend(context)
  await openUser(page, made)
  await page.getByRole('button', { name: 'Make a password link' }).click()
  const ask = page.getByRole('dialog', { name: 'Make a password link for forgetful?' })
  await expectAccessible(page, 'asks before a link')
  await ask.getByRole('button', { name: 'Make a password link' }).click()
  const shown = page.getByRole('dialog', { name: 'Link for forgetful' })
  const link = await shown.getByRole('textbox', { name: 'One-time link' }).inputValue()
  await shown.getByRole('button', { name: 'Done' }).click()
  await expect(page.getByRole('button', { name: 'Make a password link' })).toBeFocused()
  const statusOf = async (url: string) =>
    (
      await fetch(`${on.server.url}/api/v1/passwords`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-roadstead-csrf': '1' },
        body: JSON.stringify({ token: url.slice(url.indexOf('=') + 1), password: 'forgetful has a password' }),
      })
    ).status
  expect(await statusOf(made.link.url)).toBeGreaterThanOrEqual(400)
  expect(await statusOf(link)).toBe(201)
})

test('sessions of a user are listed and ended', async ({ page, context }) => {
  const person = await Person.make(on.server, 'wanderer')
  await person.signInAgain()
  await on.server.lend(context)
  await openUser(page, { user: { ...person, generation: 0 } })
  const sessions = page.getByRole('table', { name: 'Sessions' })
  await expect(sessions.getByRole('button', { name: /^End session from 127\.0\.0\.1/ })).toHaveCount(2)
  await sessions.getByRole('button').first().click()
  await expect(page.getByText('The session is ended.')).toBeVisible()
  await expect(sessions.getByRole('button')).toHaveCount(1)
  await sessions.getByRole('button').first().click()
  await expect(page.getByText('Not signed in anywhere.')).toBeVisible()
})

test('delete asks with the focus on Cancel, and leads back to the list', async ({ page, context }) => {
  const made = await invite(on.server, 'leaver')
  await on.server.lend(context)
  await openUser(page, made)
  await page.getByRole('button', { name: 'Delete…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Delete leaver?' })
  await expect(dialog.getByRole('button', { name: 'Cancel' })).toBeFocused()
  await expectAccessible(page, 'delete a user')
  await page.keyboard.press('Escape')
  await expect(page.getByRole('button', { name: 'Delete…' })).toBeFocused()
  await page.getByRole('button', { name: 'Delete…' }).click()
  await dialog.getByRole('button', { name: 'Delete leaver' }).click()
  await expect(page.getByText('leaver is deleted.')).toBeVisible()
  await expect(page.getByRole('heading', { level: 1, name: 'Users' })).toBeFocused()
  await expect(page.getByRole('rowheader').filter({ hasText: 'leaver' })).toHaveCount(0)
})

test('user who is made elsewhere appears by itself', async ({ page, context }) => {
  await on.server.lend(context)
  await open(page, '?q=elsewhere')
  await expect(page.getByRole('heading', { name: 'No user matches' })).toBeVisible()
  await untilLive(page)
  await invite(on.server, 'elsewhere')
  await expect(page.getByRole('rowheader')).toHaveText(/elsewhere/)
})

test('auditor sees everything and is told why nothing can be changed', async ({ page, context }) => {
  const made = await invite(on.server, 'looked-at')
  await auditor.lend(context)
  await open(page)
  await expect(page.getByText('You can look at users but not change them.')).toBeVisible()
  const create = page.getByRole('button', { name: 'Create user' })
  await expect(create).toHaveAttribute('aria-disabled', 'true')
  await create.focus()
  await expect(page.getByRole('tooltip')).toContainText('You may not do this')
  await openUser(page, made)
  for (const name of ['Make a password link', 'Delete…', 'Edit']) {
    await expect(page.getByRole('button', { name, exact: true })).toHaveAttribute('aria-disabled', 'true')
  }
  // It can be pressed, and does nothing.
  await page.getByRole('button', { name: 'Delete…' }).click({ force: true })
  await page.getByRole('button', { name: 'Edit', exact: true }).press('Enter')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await expectAccessible(page, 'a user, for an auditor')
})

test.describe('user who does not exist', () => {
  test.use({ expectedErrors: [/status of 404 .*\/api\/v1\/users\//] })

  test('is told inside the shell', async ({ page, context }) => {
    await on.server.lend(context)
    await page.goto(`${on.server.url}/users/0199aaaa-0000-7000-8000-000000000000`)
    await expect(page.getByRole('heading', { level: 1, name: 'This user does not exist' })).toBeVisible()
    await expectAccessible(page, 'no such user')
    await page.getByRole('link', { name: 'All users' }).click()
    await expect(page.getByRole('heading', { level: 1, name: 'Users' })).toBeVisible()
  })
})

test('at 320 pixels nothing has to be scrolled sideways', async ({ page, context }) => {
  const person = await Person.make(on.server, 'narrow')
  await on.server.lend(context)
  await page.setViewportSize({ width: 320, height: 800 })
  const widest = () => page.evaluate(() => document.documentElement.scrollWidth)
  await open(page)
  await expect(page.getByRole('rowheader').first()).toBeVisible()
  expect(await widest()).toBeLessThanOrEqual(320)
  await openUser(page, { user: { ...person, generation: 0 } })
  await expect(page.getByRole('button', { name: /^End session/ })).toBeVisible()
  expect(await widest()).toBeLessThanOrEqual(320)
  await expectAccessible(page, 'a user on a narrow screen')
})

test.describe('in Chinese', () => {
  test.use({ locale: BROWSER_LOCALE.zh })

  test('users are accessible', async ({ page, context }) => {
    await on.server.lend(context)
    await page.goto(`${on.server.url}/users`)
    await expect(page.getByRole('heading', { level: 1, name: '用户' })).toBeVisible()
    await expectAccessible(page, 'users in Chinese')
    await page.getByRole('link', { name: 'auditor' }).click()
    await expect(page.getByRole('button', { name: '生成密码链接' })).toBeVisible()
    await expectAccessible(page, 'a user in Chinese')
  })
})
