import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A program of ours: its output is kept, and it is ended by its own id. */
export class Program {
  output = ''
  private ended = false
  private readonly child: ChildProcess

  constructor(command: string, args: string[], options: { cwd: string; env?: Record<string, string> }) {
    this.child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const keep = (chunk: Buffer): void => {
      this.output += chunk.toString()
    }
    this.child.stdout?.on('data', keep)
    this.child.stderr?.on('data', keep)
    this.child.on('error', (error) => {
      this.output += `${command} does not start: ${error.message}\n`
      this.ended = true
    })
    // Should this process end before it could say goodbye.
    const kill = (): void => void this.child.kill('SIGKILL')
    process.once('exit', kill)
    this.child.on('exit', () => {
      this.ended = true
      process.off('exit', kill)
    })
  }

  /** Waits until `ready` answers something; fails when the program ends before, or after 30 s. */
  async until<T>(ready: () => T | undefined | Promise<T | undefined>): Promise<T> {
    const deadline = Date.now() + 30_000
    while (!this.ended && Date.now() < deadline) {
      const found = await ready()
      if (found !== undefined) return found
      await sleep(25)
    }
    throw new Error(`${this.ended ? 'ended' : 'not ready'}:\n${this.output}`)
  }

  async stop(): Promise<void> {
    if (this.ended) return
    const gone = new Promise((resolve) => this.child.once('exit', resolve))
    this.child.kill('SIGTERM')
    const timer = setTimeout(() => this.child.kill('SIGKILL'), 15_000)
    await gone
    clearTimeout(timer)
  }
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** A folder that is removed by the function beside it. */
export async function scratch(what: string): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), `rs-${what}-`))
  return { path, remove: () => rm(path, { recursive: true, force: true }) }
}

/** A port nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
