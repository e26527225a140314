import type { BrowserContext } from '@playwright/test'
import type { Server } from './server.ts'

/** The password of everybody who has set one. */
export const PASSWORD = 'a person has a long password'

export interface CreatedUser {
  user: { id: string; name: string; generation: number }
  link: { url: string }
}

/** Makes a user who has not set a password yet. */
export async function invite(server: Server, name: string, more: Record<string, unknown> = {}): Promise<CreatedUser> {
  return (await server.call('POST', '/users', { name, ...more })) as CreatedUser
}

/** Somebody who has set their password by their link, and is signed in by it. */
export class Person {
  readonly id: string
  readonly name: string
  private readonly server: Server
  private readonly cookie: string
  private readonly csrf: string

  private constructor(server: Server, id: string, name: string, cookie: string, csrf: string) {
    this.server = server
    this.id = id
    this.name = name
    this.cookie = cookie
    this.csrf = csrf
  }

  static async make(server: Server, name: string, more: Record<string, unknown> = {}): Promise<Person> {
    const { user, link } = await invite(server, name, more)
    const token = link.url.slice(link.url.indexOf('token=') + 'token='.length)
    const answer = await post(server, '/passwords', { token, password: PASSWORD })
    const session = (await answer.json()) as { csrf_token: string }
    return new Person(server, user.id, name, cookieOf(answer), session.csrf_token)
  }

  /** Gives a browser this person's session. */
  async lend(context: BrowserContext): Promise<void> {
    const [name = '', value = ''] = this.cookie.split('=')
    await context.addCookies([{ name, value, url: this.server.url, httpOnly: true, sameSite: 'Lax' }])
  }

  /** Opens one more session, beside those they have. */
  async signInAgain(password = PASSWORD): Promise<void> {
    await post(this.server, '/session', { name: this.name, password })
  }

  /** Calls the API as this person. */
  async call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<unknown> {
    const answer = await fetch(`${this.server.url}/api/v1${path}`, {
      method,
      headers: { 'content-type': 'application/json', 'x-roadstead-csrf': this.csrf, cookie: this.cookie, ...headers },
      body: body === undefined ? null : JSON.stringify(body),
    })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`)
    return text === '' ? undefined : JSON.parse(text)
  }
}

async function post(server: Server, path: string, body: unknown): Promise<Response> {
  const answer = await fetch(`${server.url}/api/v1${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-roadstead-csrf': '1' },
    body: JSON.stringify(body),
  })
  if (!answer.ok) throw new Error(`POST ${path}: ${answer.status} ${await answer.text()}`)
  return answer
}

function cookieOf(answer: Response): string {
  return (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
}

export interface Tenant {
  id: string
  name: string
}

/** Makes a workspace by the API. */
export async function workspace(server: Server, name: string, description = ''): Promise<Tenant> {
  return (await server.call('POST', '/workspaces', { name, description })) as Tenant
}

/** Gives somebody a role in a workspace. */
export async function join(server: Server, tenant: Tenant, person: Person, role: string): Promise<void> {
  await server.call('PUT', `/workspaces/${tenant.id}/members/${person.id}`, { role })
}
