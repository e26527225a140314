import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BrowserContext } from '@playwright/test'
import { Program, scratch, sleep } from './process.ts'

const PROGRAM =
  process.env.ROADSTEAD_TEST_BINARY ?? fileURLToPath(new URL('../../target/debug/roadstead', import.meta.url))

/** The first administrator of every test. */
export const ADMIN = { name: 'padmin', password: 'padmin has a long password' }

interface Problem {
  code: string
}

/** Roadstead itself, on a free port and an empty data directory. */
export class Server {
  private program: Program
  private readonly folder: string
  private readonly remove: () => Promise<void>
  readonly url: string
  /** Path and fragment of the set-up link. */
  readonly setupLink: string
  private cookie = ''
  private csrf = '1'

  private constructor(program: Program, folder: string, remove: () => Promise<void>, url: string, setupLink: string) {
    this.program = program
    this.folder = folder
    this.remove = remove
    this.url = url
    this.setupLink = setupLink
  }

  static async start(): Promise<Server> {
    const { path, remove } = await scratch('server')
    const { program, url } = await launch(path, '127.0.0.1:0')
    // The link is told on a terminal only; its file is there before the server says that it is ready.
    const link = (await readFile(join(path, 'data/setup-link'), 'utf8')).trim()
    return new Server(program, path, remove, url, link.slice(link.indexOf('/setup')))
  }

  async stop(): Promise<void> {
    await this.program.stop()
  }

  /** Starts it again with the same data at the same address. */
  async resume(): Promise<void> {
    const { program } = await launch(this.folder, new URL(this.url).host)
    this.program = program
  }

  async dispose(): Promise<void> {
    await this.stop()
    await this.remove()
  }

  /** What the server has printed so far. */
  get output(): string {
    return this.program.output
  }

  /** Makes the first administrator by the API, for tests that are about something else. */
  async setUp(): Promise<void> {
    const token = this.setupLink.slice(this.setupLink.indexOf('=') + 1)
    const session = (await this.call('POST', '/setup', { token, ...ADMIN })) as { csrf_token: string }
    this.csrf = session.csrf_token
  }

  /** Signs the administrator in once more, beside the pages that are signed in already. */
  async signIn(): Promise<void> {
    const session = (await this.call('POST', '/session', ADMIN)) as { csrf_token: string }
    this.csrf = session.csrf_token
  }

  /** Gives a browser the session that `setUp` or `signIn` began. */
  async lend(context: BrowserContext): Promise<void> {
    const [name = '', value = ''] = this.cookie.split('=')
    await context.addCookies([{ name, value, url: this.url, httpOnly: true, sameSite: 'Lax' }])
  }

  /** Calls the API as that administrator. */
  async call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<unknown> {
    const answer = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: { 'content-type': 'application/json', 'x-roadstead-csrf': this.csrf, cookie: this.cookie, ...headers },
      body: body === undefined ? null : JSON.stringify(body),
    })
    const cookie = answer.headers.get('set-cookie')
    if (cookie !== null) this.cookie = cookie.split(';')[0] ?? ''
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${(JSON.parse(text) as Problem).code}`)
    return text === '' ? undefined : JSON.parse(text)
  }

  /** Integrates a registry by the API. */
  async integrate(name: string, address: string, more: Record<string, unknown> = {}): Promise<Integrated> {
    const input = { kind: 'docker', name, address, plain_http_consent: true, ...more }
    return (await this.call('POST', '/registries', input)) as Integrated
  }

  /** Waits until the health of a registry is this one. */
  async untilHealth(id: string, status: string): Promise<void> {
    const deadline = Date.now() + 40_000
    for (;;) {
      const registry = (await this.call('GET', `/registries/${id}`)) as Integrated
      if (registry.health.status === status) return
      if (Date.now() > deadline) throw new Error(`${registry.name} is ${registry.health.status}, not ${status}`)
      await sleep(250)
    }
  }
}

export interface Integrated {
  id: string
  name: string
  generation: number
  health: { status: string }
  statistics: { repositories: { value: number | null } }
}

async function launch(folder: string, listen: string): Promise<{ program: Program; url: string }> {
  const program = new Program(PROGRAM, ['serve'], {
    cwd: folder,
    env: {
      ROADSTEAD_SERVER_LISTEN: listen,
      ROADSTEAD_SERVER_METRICS_LISTEN: '127.0.0.1:0',
      ROADSTEAD_DATA_DIR: join(folder, 'data'),
      ROADSTEAD_OUTBOUND_ALLOW: '127.0.0.0/8,::1/128',
    },
  })
  const url = await program.until(() => /Roadstead is ready: (\S+)\n/.exec(program.output)?.[1])
  return { program, url }
}
