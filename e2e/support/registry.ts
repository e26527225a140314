import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePort, Program, scratch } from './process.ts'

/** The account of a registry that asks for one, as an htpasswd line. */
export const ACCOUNT = { username: 'puller', password: 'dock-basic password' }
const HTPASSWD = `${ACCOUNT.username}:$2y$05$LmS/DjS0Nfyddz6Hld/Un.L4iYSmL4s7fLzquRekjFMMbtrQ42kDi\n`

/** Debian's docker-registry, which can be stopped and started again at the same address. */
export class Registry {
  private program: Program | undefined
  private readonly remove: () => Promise<void>
  readonly folder: string
  readonly address: string
  private readonly headers: Record<string, string>

  private constructor(folder: string, remove: () => Promise<void>, port: number, basic: boolean) {
    this.folder = folder
    this.remove = remove
    this.address = `http://127.0.0.1:${port}`
    const basicAuth = Buffer.from(`${ACCOUNT.username}:${ACCOUNT.password}`).toString('base64')
    this.headers = basic ? { authorization: `Basic ${basicAuth}` } : {}
  }

  static async start(options: { basic?: boolean; deletion?: boolean } = {}): Promise<Registry> {
    const { path, remove } = await scratch('registry')
    const port = await freePort()
    const basic = options.basic ?? false
    const registry = new Registry(path, remove, port, basic)
    const auth = basic ? 'auth: { htpasswd: { realm: registry, path: ./htpasswd } }\n' : ''
    const deletion = options.deletion ? ', delete: { enabled: true }' : ''
    await writeFile(join(path, 'htpasswd'), HTPASSWD)
    await writeFile(
      join(path, 'config.yml'),
      `version: 0.1\nlog: { level: error }\nstorage: { filesystem: { rootdirectory: ./data }${deletion} }\n` +
        `http: { addr: "127.0.0.1:${port}" }\n${auth}`,
    )
    await registry.resume()
    return registry
  }

  async resume(): Promise<void> {
    this.program = new Program('docker-registry', ['serve', 'config.yml'], { cwd: this.folder })
    await this.program.until(async () => {
      const answer = await fetch(`${this.address}/v2/`, { headers: this.headers }).catch(() => undefined)
      return answer?.ok ? true : undefined
    })
  }

  async stop(): Promise<void> {
    await this.program?.stop()
  }

  /** Starts it again with a piece of configuration beside what is there, as a person does who was given one. */
  async restartWith(configuration: string): Promise<void> {
    await this.stop()
    const path = join(this.folder, 'config.yml')
    const [before = ''] = (await readFile(path, 'utf8')).split('notifications:')
    await writeFile(path, before + configuration)
    await this.resume()
  }

  async dispose(): Promise<void> {
    await this.stop()
    await this.remove()
  }

  /** Pushes what a reference of this registry names under another one, by the client people use. */
  async skopeoCopy(from: string, to: string): Promise<void> {
    const at = (reference: string) => `docker://${new URL(this.address).host}/${reference}`
    const tls = ['--src-tls-verify=false', '--dest-tls-verify=false']
    await promisify(execFile)('skopeo', ['--insecure-policy', 'copy', ...tls, at(from), at(to)], { timeout: 30_000 })
  }

  /** Pushes a small image under each of these names, with these tags. */
  async fill(names: string[], tags = ['1.0']): Promise<void> {
    const config = Buffer.from('{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}')
    const manifest = JSON.stringify({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config: {
        mediaType: 'application/vnd.oci.image.config.v1+json',
        digest: digestOf(config),
        size: config.length,
      },
      layers: [],
    })
    for (const name of names) {
      await this.putBlob(name, config)
      for (const tag of tags) await this.putManifest(name, tag, manifest, 'application/vnd.oci.image.manifest.v1+json')
    }
  }

  /** Uploads a blob, in one piece. */
  async putBlob(name: string, bytes: Buffer): Promise<void> {
    const upload = await this.send('POST', `${this.address}/v2/${name}/blobs/uploads/`)
    const place = new URL(upload.headers.get('location') ?? '', this.address)
    place.searchParams.set('digest', digestOf(bytes))
    await this.send('PUT', place.href, new Uint8Array(bytes), 'application/octet-stream')
  }

  /** Puts a manifest under a tag or under its own digest. */
  async putManifest(name: string, reference: string, manifest: string, mediaType: string): Promise<void> {
    await this.send('PUT', `${this.address}/v2/${name}/manifests/${reference}`, manifest, mediaType)
  }

  private async send(method: string, url: string, body?: Uint8Array<ArrayBuffer> | string, type?: string): Promise<Response> {
    const headers = type === undefined ? this.headers : { ...this.headers, 'content-type': type }
    const answer = await fetch(url, { method, headers, body: body ?? null })
    if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status} ${await answer.text()}`)
    return answer
  }
}

export function digestOf(bytes: Buffer | string): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}
