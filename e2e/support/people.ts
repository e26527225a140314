import type { BrowserContext } from '@playwright/test'
import type { Server } from './server.ts'

export interface CreatedUser {
  user: { id: string; name: string; generation: number }
  link: { url: string }
}

/** Somebody who has set their password, and can be signed in. */
export interface Person {
  id: string
  name: string
  password: string
  cookie: string
}

/** Makes a user who has not set a password yet. */
export async function invite(server: Server, name: string, more: Record<string, unknown> = {}): Promise<CreatedUser> {
  return (await server.call('POST', '/users', { name, ...more })) as CreatedUser
}

/** Makes a user and sets their password by the link, as they would. */
export async function settle(server: Server, name: string, more: Record<string, unknown> = {}): Promise<Person> {
  const { user, link } = await invite(server, name, more)
  const password = `${name} has a long password`
  const token = link.url.slice(link.url.indexOf('=') + 1)
  const answer = await post(server, '/passwords', { token, password })
  return { id: user.id, name, password, cookie: cookieOf(answer) }
}

/** Signs somebody in once more, beside the sessions they have. */
export async function signInAgain(server: Server, person: { name: string; password: string }): Promise<string> {
  return cookieOf(await post(server, '/session', { name: person.name, password: person.password }))
}

/** Gives a browser the session of somebody. */
export async function lend(server: Server, context: BrowserContext, person: { cookie: string }): Promise<void> {
  const [name = '', value = ''] = person.cookie.split('=')
  await context.addCookies([{ name, value, url: server.url, httpOnly: true, sameSite: 'Lax' }])
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
