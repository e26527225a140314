import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'

/** How a scripted registry answers. */
export type Behaviour = 'well' | 'slow' | 'silent' | 'broken' | 'page'

/** A registry that answers as it is told, for states that a real one is rarely in. */
export interface Scripted {
  address: string
  behaviour: Behaviour
  /** The only account it takes; anybody when left out. */
  account?: { username: string; password: string }
  /** One more account, which may pull and not push. */
  reader?: { username: string; password: string }
  /** What it says it holds. */
  repositories: string[]
  /** The text it shows to whoever is asked for an account: another one is another server. */
  realm: string
  /** The accounts it was sent, as `name:password`, in their order. */
  readonly seen: string[]
  dispose: () => Promise<void>
}

/** What every tag of it leads to. */
const MANIFEST = JSON.stringify({
  schemaVersion: 2,
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  config: { mediaType: 'application/vnd.oci.empty.v1+json', digest: `sha256:${'0'.repeat(64)}`, size: 2 },
  layers: [],
})

/** Above what Roadstead calls slow, below what it gives up at. */
const SLOW_MS = 1_800

function accountOf(header: string | undefined): string | undefined {
  return header?.startsWith('Basic ') ? Buffer.from(header.slice('Basic '.length), 'base64').toString() : undefined
}

const FIXTURES = new URL('../../crates/testkit/fixtures/tls/', import.meta.url)

/** Certificate and key of the test authority: for localhost, `expired` since February 2024. */
function identity(name: 'good' | 'expired') {
  return { cert: readFileSync(new URL(`${name}.pem`, FIXTURES)), key: readFileSync(new URL(`${name}.key`, FIXTURES)) }
}

export async function scripted(behaviour: Behaviour = 'well', tls?: 'good' | 'expired'): Promise<Scripted> {
  const answerTo = (request: IncomingMessage, response: ServerResponse): void => {
    const path = (request.url ?? '').split('?')[0]
    const sent = accountOf(request.headers.authorization)
    if (sent !== undefined) self.seen.push(sent)
    if (self.behaviour === 'silent') return
    const is = (known: Scripted['account']) => known !== undefined && sent === `${known.username}:${known.password}`
    if (self.account && !is(self.account) && !is(self.reader)) {
      return void response
        .writeHead(401, { 'www-authenticate': `Basic realm="${self.realm}"`, 'docker-distribution-api-version': 'registry/2.0' })
        .end('{"errors":[{"code":"UNAUTHORIZED"}]}')
    }
    if (request.method === 'POST' && is(self.reader)) {
      return void response.writeHead(403).end('{"errors":[{"code":"DENIED"}]}')
    }
    if (self.behaviour === 'slow') setTimeout(() => answer(response, path), SLOW_MS)
    else answer(response, path)
  }
  const http = tls ? createSecureServer(identity(tls), answerTo) : createServer(answerTo)
  const answer = (response: ServerResponse, path: string | undefined): void => {
    if (self.behaviour === 'broken') return void response.writeHead(503).end()
    if (self.behaviour === 'page') {
      return void response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Welcome</h1>')
    }
    response.setHeader('docker-distribution-api-version', 'registry/2.0')
    response.setHeader('content-type', 'application/json')
    if (path === '/v2/') response.end('{}')
    else if (path === '/v2/_catalog') response.end(JSON.stringify({ repositories: self.repositories }))
    else if (self.repositories.some((name) => path === `/v2/${name}/tags/list`)) response.end('{"tags":["v1"]}')
    else if (self.repositories.some((name) => path?.startsWith(`/v2/${name}/manifests/`))) {
      response.setHeader('content-type', 'application/vnd.oci.image.manifest.v1+json')
      response.setHeader('docker-content-digest', `sha256:${createHash('sha256').update(MANIFEST).digest('hex')}`)
      response.end(MANIFEST)
    } else response.writeHead(404).end('{"errors":[{"code":"NAME_UNKNOWN"}]}')
  }
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const place = http.address()
  if (place === null || typeof place === 'string') throw new Error('no port')
  const self: Scripted = {
    address: tls ? `https://localhost:${place.port}` : `http://127.0.0.1:${place.port}`,
    behaviour,
    repositories: [],
    realm: 'scripted',
    seen: [],
    dispose: () => {
      http.closeAllConnections()
      return new Promise((resolve) => http.close(() => resolve()))
    },
  }
  return self
}
