import { createServer, type ServerResponse } from 'node:http'

/** How a scripted registry answers. */
export type Behaviour = 'well' | 'slow' | 'silent' | 'broken' | 'page'

/** A registry that answers as it is told, for states that a real one is rarely in. */
export interface Scripted {
  address: string
  behaviour: Behaviour
  dispose: () => Promise<void>
}

/** Above what Roadstead calls slow, below what it gives up at. */
const SLOW_MS = 1_800

export async function scripted(behaviour: Behaviour = 'well'): Promise<Scripted> {
  const http = createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0]
    if (self.behaviour === 'silent') return
    if (self.behaviour === 'slow') setTimeout(() => answer(response, path), SLOW_MS)
    else answer(response, path)
  })
  const answer = (response: ServerResponse, path: string | undefined): void => {
    if (self.behaviour === 'broken') return void response.writeHead(503).end()
    if (self.behaviour === 'page') {
      return void response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Welcome</h1>')
    }
    response.setHeader('docker-distribution-api-version', 'registry/2.0')
    response.setHeader('content-type', 'application/json')
    if (path === '/v2/') response.end('{}')
    else if (path === '/v2/_catalog') response.end('{"repositories":[]}')
    else response.writeHead(404).end('{"errors":[{"code":"NAME_UNKNOWN"}]}')
  }
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const place = http.address()
  if (place === null || typeof place === 'string') throw new Error('no port')
  const self: Scripted = {
    address: `http://127.0.0.1:${place.port}`,
    behaviour,
    dispose: () => {
      http.closeAllConnections()
      return new Promise((resolve) => http.close(() => resolve()))
    },
  }
  return self
}
