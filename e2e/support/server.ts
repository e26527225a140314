import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import { Program, scratch } from './process.ts'

const PROGRAM = process.env.ROADSTEAD_SERVER ?? fileURLToPath(new URL('../../target/debug/roadstead', import.meta.url))

/** The first administrator of every test. */
export const ADMIN = { name: 'padmin', password: 'padmin has a long password' }

/** Roadstead itself, on a free port and an empty data directory. */
export class Server {
  private readonly program: Program
  private readonly remove: () => Promise<void>
  readonly url: string
  /** Path and fragment of the set-up link. */
  readonly setupLink: string
  private cookie = ''
  private csrf = '1'

  private constructor(program: Program, remove: () => Promise<void>, url: string, setupLink: string) {
    this.program = program
    this.remove = remove
    this.url = url
    this.setupLink = setupLink
  }

  static async start(): Promise<Server> {
    const { path, remove } = await scratch('server')
    const program = new Program(PROGRAM, ['serve'], {
      cwd: path,
      env: {
        ROADSTEAD_SERVER_LISTEN: '127.0.0.1:0',
        ROADSTEAD_SERVER_METRICS_LISTEN: '127.0.0.1:0',
        ROADSTEAD_DATA_DIR: join(path, 'data'),
        ROADSTEAD_OUTBOUND_ALLOW: '127.0.0.0/8,::1/128',
      },
    })
    const { url, link } = await program.until(() => {
      const url = /Roadstead is ready: (\S+)\n/.exec(program.output)?.[1]
      const link = /(\/setup#token=\S+)\s/.exec(program.output)?.[1]
      return url !== undefined && link !== undefined ? { url, link } : undefined
    })
    return new Server(program, remove, url, link)
  }

  async dispose(): Promise<void> {
    await this.program.stop()
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

  /** Calls the API as that administrator. */
  async call(method: string, path: string, body?: unknown): Promise<unknown> {
    const answer = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: { 'content-type': 'application/json', 'x-roadstead-csrf': this.csrf, cookie: this.cookie },
      body: body === undefined ? null : JSON.stringify(body),
    })
    const cookie = answer.headers.get('set-cookie')
    if (cookie !== null) this.cookie = cookie.split(';')[0] ?? ''
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`)
    return text === '' ? undefined : JSON.parse(text)
  }

  /** Integrates a registry by the API. */
  async integrate(name: string, address: string, more: Record<string, unknown> = {}): Promise<{ id: string }> {
    const input = { kind: 'docker', name, address, plain_http_consent: true, ...more }
    return (await this.call('POST', '/registries', input)) as { id: string }
  }
}
