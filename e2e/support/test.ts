import { type BrowserContext, expect, type Page, test as base } from '@playwright/test'
import { ADMIN, Server } from './server.ts'
import { Registry } from './registry.ts'

export { expect } from '@playwright/test'

interface Watch {
  /** Console errors a test brings about on purpose; everything else on the console fails it. */
  expectedErrors: RegExp[]
}

/**
 * Every test's page fails it when the console shows an error, a script throws, or the content
 * security policy is broken.
 */
export const test = base.extend<Watch>({
  expectedErrors: [[], { option: true }],
  context: async ({ context, expectedErrors }, use) => {
    const seen: string[] = []
    await watch(context, seen)
    await use(context)
    // A page that asks once more while its test ends must not fail it by the answer that is written for it.
    await Promise.all(context.pages().map((page) => page.unrouteAll({ behavior: 'ignoreErrors' })))
    const unexpected = seen.filter((text) => !expectedErrors.some((expected) => expected.test(text)))
    expect(unexpected, 'errors on the console').toEqual([])
  },
})

/** Collects what must not happen on any page of this context. */
export async function watch(context: BrowserContext, seen: string[]): Promise<void> {
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      console.error(`content security policy: ${event.violatedDirective} ${event.blockedURI}`)
    })
  })
  context.on('console', (message) => {
    if (message.type() === 'error') seen.push(`${message.text()} ${message.location().url}`)
  })
  context.on('weberror', (error) => seen.push(`thrown: ${error.error().message}`))
}

/** What one spec file works on. */
export interface Installation {
  server: Server
  registry: Registry
}

/** Starts a fresh server and a fresh registry for the file that calls this. */
export function installation(prepare?: (started: Installation) => Promise<void>): Installation {
  const started = {} as Installation
  test.beforeAll(async () => {
    // Each wait in here has an end of its own; on a busy machine they may add up to more than a test may take.
    test.setTimeout(240_000)
    started.registry = await Registry.start()
    started.server = await Server.start()
    await prepare?.(started)
  })
  test.afterAll(async () => {
    await started.server?.dispose()
    await started.registry?.dispose()
  })
  return started
}

/** Signs in by the page, as a person does. */
export async function signIn(page: Page, server: Server): Promise<void> {
  await page.goto(`${server.url}/login`)
  await page.getByLabel('Name').fill(ADMIN.name)
  await page.getByLabel('Password').fill(ADMIN.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
}
