import { expect, test } from '@playwright/test'
import { join, Person, type Tenant, workspace } from '../support/people.ts'
import { Registry } from '../support/registry.ts'
import { openRepository, repositoryId, untilRead } from '../support/screens.ts'
import { type Integrated, Server } from '../support/server.ts'
import { type Shot, shoot } from '../support/shots.ts'

const TEXT = `# Payments gateway

Takes orders and hands them to the **ledger**. See the [manual](https://docs.example/payments) 使用手册.

![Build](https://ci.example/badge.svg) ![Coverage](https://ci.example/coverage.svg)

## Running it

\`\`\`sh
docker run --rm -e LEDGER_URL=https://ledger.example -e REGION=eu-central-1 -p 8080:8080 dock/payments/gateway:1.10.0
\`\`\`

| Variable | Meaning | Default | Since | Reloaded |
|---|:-:|--:|---|---|
| \`LEDGER_URL\` | where the ledger is | none | 1.0 | no |
| \`REGION\` | which cluster it runs in | \`eu\` | 1.2 | yes |

- [x] readiness at \`/ready\`
- [ ] metrics
  1. requests
  2. latency

> Version 2 asks for a token.[^1]

[^1]: From the end of the year on.
`

let server: Server
let registry: Registry
let dock: Integrated
let alpha: Tenant
let viewer: Person

const PATH = async (name: string) => `/repositories/${await repositoryId(server, dock, name)}/description`

async function describe(name: string, text: string): Promise<void> {
  const path = await PATH(name)
  const { revision } = (await server.call('GET', path)) as { revision: number }
  await server.call('PUT', path, { text }, { 'if-match': `"${revision}"` })
}

test.beforeAll(async () => {
  test.setTimeout(180_000)
  server = await Server.start()
  registry = await Registry.start()
  await registry.fill(['payments/gateway', 'payments/empty', 'payments/plain'], ['1.0.0', '1.10.0'])
  await server.setUp()
  alpha = await workspace(server, 'alpha')
  dock = await server.integrate('dock-alpha', registry.address, { owner: { type: 'workspace', id: alpha.id } })
  viewer = await Person.make(server, 'a-viewer')
  await join(server, alpha, viewer, 'viewer')
  await untilRead(server, dock.id)
  await describe('payments/gateway', TEXT)
  await describe('payments/plain', `${'*a _b '.repeat(600)}`)
})

test.afterAll(async () => {
  for (const each of [server, registry]) await each?.dispose()
})

const SHOTS: Shot[] = [
  {
    name: 'description',
    server: () => server,
    whole: true,
    open: async (page, words) => {
      await openRepository(page, server, dock, 'payments/gateway')
      await page.getByRole('button', { name: words.showAll }).click()
      await expect(page.getByRole('heading', { level: 3, name: 'Payments gateway' })).toBeVisible()
    },
  },
  {
    name: 'description-folded',
    server: () => server,
    by: () => viewer,
    open: async (page) => {
      await openRepository(page, server, dock, 'payments/gateway')
      await expect(page.getByRole('heading', { level: 3, name: 'Payments gateway' })).toBeVisible()
    },
  },
  {
    name: 'description-none',
    server: () => server,
    open: async (page, words) => {
      await openRepository(page, server, dock, 'payments/empty')
      await expect(page.getByRole('button', { name: words.writeDescription })).toBeVisible()
    },
  },
  {
    name: 'description-plain',
    server: () => server,
    open: async (page) => {
      await openRepository(page, server, dock, 'payments/plain')
      await expect(page.locator('.markdown-plain')).toBeVisible()
    },
  },
  {
    name: 'description-editor',
    server: () => server,
    open: async (page, words) => {
      await openRepository(page, server, dock, 'payments/gateway')
      await page.getByRole('button', { name: words.editDescription }).click()
      await expect(page.getByRole('textbox', { name: words.markdown })).toBeFocused()
    },
  },
  {
    name: 'description-preview',
    server: () => server,
    open: async (page, words) => {
      await openRepository(page, server, dock, 'payments/gateway')
      await page.getByRole('button', { name: words.editDescription }).click()
      await page.getByRole('button', { name: words.preview }).click()
      await expect(page.getByRole('heading', { level: 3, name: 'Payments gateway' })).toBeVisible()
    },
  },
  {
    name: 'description-conflict',
    server: () => server,
    open: async (page, words) => {
      await openRepository(page, server, dock, 'payments/gateway')
      await page.getByRole('button', { name: words.editDescription }).click()
      await page.getByRole('textbox', { name: words.markdown }).fill('mine')
      await describe('payments/gateway', TEXT.replace('Takes orders', 'Takes all orders'))
      await expect(page.getByRole('alert')).toBeVisible()
      await describe('payments/gateway', TEXT)
    },
  },
]

shoot(SHOTS)
