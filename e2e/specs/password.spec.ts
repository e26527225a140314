import { expectAccessible } from '../support/axe.ts'
import { BROWSER_LOCALE } from '../support/looks.ts'
import { invite, Person } from '../support/people.ts'
import { typeSignIn } from '../support/screens.ts'
import { WORDS } from '../support/looks.ts'
import { expect, installation, test } from '../support/test.ts'

const on = installation(async ({ server }) => server.setUp())

/** Path and fragment of a link, whatever host it names. */
const fragmentOf = (url: string) => url.slice(url.indexOf('/password'))

test('link sets the password once, signs in and leaves no token in the address', async ({ page }) => {
  const { link } = await invite(on.server, 'ann')
  await page.goto(on.server.url + fragmentOf(link.url))
  await expect(page.getByRole('heading', { level: 1, name: 'Set your password' })).toBeVisible()
  expect(page.url()).toBe(`${on.server.url}/password`)
  await page.getByLabel('New password', { exact: false }).first().fill('ann has a long password')
  await page.getByLabel('Repeat the new password').fill('ann has a long password')
  await page.getByRole('button', { name: 'Set password and sign in' }).click()
  await expect(page.getByText('Your password is set. You are signed in as ann.')).toBeVisible()
  await expect(page.getByRole('button', { name: 'AN – ann, account menu' })).toBeVisible()
})

test.describe('link that was used', () => {
  test.use({ expectedErrors: [/status of 40\d .*\/api\/v1\/(passwords|session)$/] })

  test('leads to a page that says what to do next', async ({ page }) => {
    const { link } = await invite(on.server, 'ben')
    const url = on.server.url + fragmentOf(link.url)
    const set = await fetch(`${on.server.url}/api/v1/passwords`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-roadstead-csrf': '1' },
      body: JSON.stringify({ token: url.slice(url.indexOf('=') + 1), password: 'ben has a long password' }),
    })
    expect(set.status).toBe(201)

    await page.goto(url)
    await page.getByLabel('New password', { exact: false }).first().fill('somebody else has one')
    await page.getByLabel('Repeat the new password').fill('somebody else has one')
    await page.getByRole('button', { name: 'Set password and sign in' }).click()
    await expect(page.getByRole('heading', { level: 1, name: 'This link does not work any more' })).toBeVisible()
    await expect(page.getByText('ask a platform administrator for a new link')).toBeVisible()
    await expectAccessible(page, 'used link')
    await page.getByRole('link', { name: 'Go to sign-in' }).click()
    await expect(page.getByRole('heading', { level: 1, name: 'Sign in' })).toBeVisible()
  })
})

test('passwords that cannot be right are told before anything is sent', async ({ page }) => {
  const { link } = await invite(on.server, 'cas')
  let sent = 0
  page.on('request', (request) => {
    if (request.method() === 'POST') sent += 1
  })
  await page.goto(on.server.url + fragmentOf(link.url))
  const password = page.getByLabel('New password', { exact: false }).first()
  await password.fill('short')
  await page.getByRole('button', { name: 'Set password and sign in' }).click()
  await expect(page.getByText('Use 12 to 128 characters')).toBeVisible()
  await expect(password).toBeFocused()
  await password.fill('cas has a long password')
  await page.getByLabel('Repeat the new password').fill('cas has another password')
  await page.getByRole('button', { name: 'Set password and sign in' }).click()
  await expect(page.getByText('The two passwords differ.')).toBeVisible()
  await expectAccessible(page, 'set password with an error')
  expect(sent).toBe(0)
})

test('page without its token says so, and takes a link pasted into the same tab', async ({ page }) => {
  await page.goto(`${on.server.url}/password`)
  await expect(page.getByRole('heading', { level: 1, name: 'The link is incomplete' })).toBeVisible()
  await expectAccessible(page, 'incomplete link')
  const { link } = await invite(on.server, 'dan')
  await page.evaluate((fragment) => {
    location.hash = fragment
  }, link.url.slice(link.url.indexOf('#')))
  await expect(page.getByRole('heading', { level: 1, name: 'Set your password' })).toBeVisible()
  expect(page.url()).toBe(`${on.server.url}/password`)
})

test.describe('in Chinese', () => {
  test.use({ locale: BROWSER_LOCALE.zh })

  test('link sets the password', async ({ page }) => {
    const { link } = await invite(on.server, 'eve')
    await page.goto(on.server.url + fragmentOf(link.url))
    await expect(page.getByRole('heading', { level: 1, name: '设置密码' })).toBeVisible()
    await expectAccessible(page, 'set password in Chinese')
    await page.getByLabel('新密码', { exact: false }).first().fill('eve has a long password')
    await page.getByLabel('再次输入新密码').fill('eve has a long password')
    await page.getByRole('button', { name: '设置密码并登录' }).click()
    await expect(page.getByText('密码已设置，您已登录为 eve。')).toBeVisible()
  })
})

test.describe('sign-in', () => {
  test.use({ expectedErrors: [/status of (401|429) .*\/api\/v1\/session$/] })

  test('says how a forgotten password is replaced', async ({ page }) => {
    await page.goto(`${on.server.url}/login`)
    await page.getByText('Forgot your password?').click()
    await expect(page.getByText('roadstead user reset-link <name>')).toBeVisible()
    await expectAccessible(page, 'sign-in with the hint')
  })

  test('that was tried too often says in words how long to wait, and lets another account try', async ({ page }) => {
    await Person.make(on.server, 'guessed')
    await page.goto(`${on.server.url}/login`)
    const signIn = page.getByRole('button', { name: 'Sign in' })
    const wait = page.getByText(/You can try again in .*second/).and(page.locator('p'))
    await page.getByRole('textbox', { name: 'Name' }).fill('guessed')
    for (let attempt = 0; attempt < 12 && !(await wait.isVisible()); attempt += 1) {
      await page.getByLabel('Password', { exact: true }).fill(`guess number ${attempt}`)
      const answered = page.waitForResponse((answer) => answer.url().endsWith('/api/v1/session') && answer.request().method() === 'POST')
      await signIn.click()
      await answered
      await expect(signIn).not.toHaveAttribute('data-loading', 'true')
    }
    await expect(wait).toBeVisible()
    await page.getByLabel('Password', { exact: true }).fill('one more guess')
    await expect(signIn).toBeDisabled()
    await expectAccessible(page, 'throttled sign-in')
    await typeSignIn(page, WORDS.en)
    await expect(page.getByRole('heading', { level: 1, name: 'Integrated registries' })).toBeVisible()
  })
})
