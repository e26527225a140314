import createClient from 'openapi-fetch'
import { observeServerDate } from '../lib/clock'
import { networkError, toApiError } from './problem'
import type { paths } from './schema'

// A first log-in or set-up has no session yet; the server then only asks that the header be there.
const NO_SESSION_TOKEN = '1'

let csrfToken = NO_SESSION_TOKEN
const sessionLostListeners = new Set<() => void>()

/** Remembers the token that every following mutation carries. */
export function setCsrfToken(token: string | null): void {
  csrfToken = token ?? NO_SESSION_TOKEN
}

/** Calls `listener` whenever an answer says that the session is over. */
export function onSessionLost(listener: () => void): () => void {
  sessionLostListeners.add(listener)
  return () => sessionLostListeners.delete(listener)
}

/**
 * The one way to the server: adds the CSRF header to mutations, keeps the browser's clock honest and reports
 * an ended session. Rejects with an `ApiError` when no answer comes.
 */
export async function send(request: Request): Promise<Response> {
  if (request.method !== 'GET') request.headers.set('X-Roadstead-Csrf', csrfToken)
  let response: Response
  try {
    response = await fetch(request)
  } catch (thrown) {
    if (request.signal.aborted) throw thrown
    throw networkError()
  }
  observeServerDate(response.headers.get('Date'))
  if (response.status === 401 && !isSessionCall(request)) {
    for (const listener of sessionLostListeners) listener()
  }
  return response
}

/** A rejected password, or the first question who is signed in, answers 401 too but ends no session. */
function isSessionCall(request: Request): boolean {
  return new URL(request.url).pathname === '/api/v1/session' && request.method !== 'DELETE'
}

export const api = createClient<paths>({ baseUrl: location.origin, fetch: send })

interface Answer<T> {
  data?: T
  error?: unknown
  response: Response
}

/** The body of a successful answer; throws an `ApiError` for any other. */
export async function unwrap<T>(call: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await call
  if (!response.ok) throw toApiError(response, error)
  return data as T
}
