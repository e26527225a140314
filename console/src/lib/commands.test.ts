import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { chartVersion, CLIENTS, clientsFor, commandOf, type Command, type Pulled, shellWord } from './commands'

const DIGEST = `sha256:${'ab'.repeat(32)}`
const pulled: Pulled = {
  host: 'registry.example.com:5000',
  plainHttp: false,
  repository: 'team/api',
  tag: '1.0',
  digest: DIGEST,
  kind: 'image',
}
const text = (...given: Parameters<typeof commandOf>) => (commandOf(...given) as Command).text
const REF = 'registry.example.com:5000/team/api'

describe('a command', () => {
  it('names an image by its tag or by its digest', () => {
    expect(text('docker', pulled, 'tag')).toBe(`docker pull ${REF}:1.0`)
    expect(text('podman', pulled, 'digest')).toBe(`podman pull ${REF}@${DIGEST}`)
    expect(text('nerdctl', pulled, 'tag')).toBe(`nerdctl pull ${REF}:1.0`)
    expect(text('crictl', pulled, 'tag')).toBe(`crictl pull ${REF}:1.0`)
    expect(text('skopeo', pulled, 'tag')).toBe(`skopeo copy docker://${REF}:1.0 oci:api:1.0`)
    expect(text('skopeo', { ...pulled, kind: 'index' }, 'digest')).toBe(`skopeo copy --all docker://${REF}@${DIGEST} oci:api`)
  })

  it('says what an unencrypted registry needs', () => {
    const plain = { ...pulled, plainHttp: true }
    expect(text('podman', plain, 'tag')).toBe(`podman pull --tls-verify=false ${REF}:1.0`)
    expect(text('nerdctl', plain, 'tag')).toBe(`nerdctl pull --insecure-registry ${REF}:1.0`)
    expect(text('skopeo', plain, 'tag')).toContain(' --src-tls-verify=false ')
    expect(text('helm', { ...plain, kind: 'helm' }, 'tag')).toMatch(/ --plain-http$/)
    expect(text('oras', { ...plain, kind: 'sbom' }, 'tag')).toContain(' --from-plain-http ')
    expect(commandOf('docker', plain, 'tag')).toMatchObject({ needs: 'dockerInsecure' })
    expect(commandOf('crictl', plain, 'tag')).toMatchObject({ needs: 'runtimeInsecure' })
    expect(commandOf('docker', pulled, 'tag')).toMatchObject({ needs: null })
    expect(commandOf('docker', { ...plain, host: '127.0.0.1:5000' }, 'tag')).toMatchObject({ needs: null })
  })

  it('pulls a chart by its version, whose plus is a low line in the tag', () => {
    const chart: Pulled = { ...pulled, kind: 'helm', tag: '1.2.3_build.5' }
    expect(text('helm', chart, 'tag')).toBe(`helm pull oci://${REF} --version '1.2.3+build.5'`)
    expect(commandOf('helm', chart, 'digest')).toEqual({ text: `helm pull oci://${REF}@${DIGEST}`, needs: 'helmDigest' })
    expect(text('oras', chart, 'tag')).toBe(`oras cp --to-oci-layout ${REF}:1.2.3_build.5 api:1.2.3_build.5`)
    expect(commandOf('helm', { ...chart, tag: 'latest' }, 'tag')).toBe('notAVersion')
    expect(chartVersion('v2.0.0-rc.1')).toBe('v2.0.0-rc.1')
  })

  it('is offered for what the client can do something with', () => {
    expect(clientsFor('helm')[0]).toBe('helm')
    expect(clientsFor('image')).not.toContain('helm')
    expect(clientsFor('index')[0]).toBe('docker')
    for (const kind of ['helm', 'sbom', 'signature', 'attestation', 'other'] as const) {
      expect(clientsFor(kind)).not.toContain('docker')
    }
  })
})

describe('a hostile name', () => {
  const HOSTILE = [
    'a$(touch pwned)',
    'a`touch pwned`',
    'a;touch pwned',
    'a && touch pwned',
    "a'; touch pwned; '",
    'a" ; touch pwned "',
    'a|touch pwned',
    'a > pwned',
    '$HOME',
    '${IFS}',
    'a b+c',
    '~root',
    '*',
    '!!',
    'a\\',
    '#a',
    "'",
    '--config=/etc/passwd',
    '{a,b}',
  ]

  it.each(HOSTILE)('stays one word of the shell: %s', (name) => {
    // The shell itself is asked: it prints its words, one a line.
    const printed = execFileSync('/bin/sh', ['-c', `printf '%s\\n' ${shellWord(name)}`], { encoding: 'utf8' })
    expect(printed).toBe(`${name}\n`)
  })

  it.each(HOSTILE)('runs nothing by any client, as repository or as tag: %s', (name) => {
    for (const client of CLIENTS) {
      for (const hostile of [{ ...pulled, repository: name }, { ...pulled, tag: name }]) {
        for (const kind of ['image', 'helm', 'index'] as const) {
          const command = commandOf(client, { ...hostile, kind }, 'tag')
          if (typeof command === 'string') continue
          // A function stands for the client; everything else is the shell's own reading of the line.
          const script = `${client}() { printf '%s\\0' "$@"; }\n${command.text}\n`
          const words = execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8', env: {} }).split('\0').slice(0, -1)
          expect(words.some((word) => word.includes(`/${hostile.repository}`)), command.text).toBe(true)
          expect(words.length).toBeLessThanOrEqual(6)
        }
      }
    }
  })

  it.each(['a\nb', 'a\u0003b', 'a\u001b[2Jb', 'a\u202eb', 'a\u200bb', 'a\u0085b'])(
    'that a terminal acts on gets no command: %j',
    (name) => {
      expect(commandOf('docker', { ...pulled, repository: name }, 'tag')).toBe('odd')
      expect(commandOf('skopeo', { ...pulled, tag: name }, 'tag')).toBe('odd')
    },
  )

  it('cannot become an option', () => {
    expect(commandOf('docker', { ...pulled, host: '--config=x' }, 'tag')).toBe('odd')
    expect(text('skopeo', { ...pulled, repository: 'x/--all' }, 'tag')).toMatch(/ oci:all:1\.0$/)
  })
})
