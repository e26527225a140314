import type { ArtifactKind } from '../api/types'

export const CLIENTS = ['docker', 'podman', 'nerdctl', 'crictl', 'helm', 'skopeo', 'oras'] as const
export type Client = (typeof CLIENTS)[number]

/** What is pulled. */
export interface Pulled {
  /** Where from: host and port, as it stands before a repository's name. */
  host: string
  plainHttp: boolean
  repository: string
  tag: string | null
  digest: string | null
  /** Null while nobody has read it. */
  kind: ArtifactKind | null
}

export type By = 'tag' | 'digest'

/** Why a client cannot do it. */
export type Refusal = 'odd' | 'notAVersion'

export interface Command {
  text: string
  /** What has to be so first, because no flag of the client does it. */
  needs: 'dockerInsecure' | 'runtimeInsecure' | 'helmDigest' | null
}

const FOR_IMAGES: readonly Client[] = ['docker', 'podman', 'nerdctl', 'crictl', 'skopeo']
const FOR_CHARTS: readonly Client[] = ['helm', 'skopeo', 'oras']
const FOR_OTHERS: readonly Client[] = ['skopeo', 'oras']

/** The clients that can do something with an artifact, the most likely first. */
export function clientsFor(kind: ArtifactKind | null): readonly Client[] {
  switch (kind) {
    // Of what nobody has read yet an image is the likeliest.
    case null:
    case 'image':
    case 'index':
      return FOR_IMAGES
    case 'helm':
      return FOR_CHARTS
    default:
      return FOR_OTHERS
  }
}

/**
 * What a terminal itself acts on when it is pasted, quoted or not, and what makes a line look like another one. No name
 * that a registry keeps to the rules with holds any of them.
 */
const ODD = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/

/** A word of a POSIX shell that stands for exactly this text. */
export function shellWord(text: string): string {
  if (/^[A-Za-z0-9_./:@=,-]+$/.test(text)) return text
  return `'${text.replaceAll("'", "'\\''")}'`
}

/** A folder's name made of a repository's: nothing in it means anything to a client. */
function folderOf(repository: string): string {
  const last = repository.split('/').at(-1) ?? ''
  return last.replace(/[^A-Za-z0-9_.-]+/g, '-').replace(/^[-.]+/, '') || 'artifact'
}

/** A chart's version of its tag: a tag cannot hold the plus of a version, so Helm writes a low line for it. */
export function chartVersion(tag: string): string | null {
  const version = tag.replaceAll('_', '+')
  return /^v?\d+(\.\d+){0,2}(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/.test(version) ? version : null
}

/** Docker takes its own machine for safe unasked. */
const isLocal = (host: string) => /^(localhost|127(\.\d+){3})(:|$)/.test(host)

/** The command by which a client fetches it; or why it cannot. */
export function commandOf(client: Client, pulled: Pulled, by: By): Command | Refusal {
  const { host, repository, plainHttp: plain, tag, digest } = pulled
  const place = `${host}/${repository}`
  const suffix = by === 'digest' ? `@${digest ?? ''}` : `:${tag ?? ''}`
  if (ODD.test(place + suffix) || place.startsWith('-')) return 'odd'
  const reference = place + suffix
  const command = (needs: Command['needs'], ...words: (string | false)[]): Command => ({
    text: words.filter((word) => word !== false).map(shellWord).join(' '),
    needs,
  })

  switch (client) {
    case 'docker':
      return command(plain && !isLocal(host) ? 'dockerInsecure' : null, 'docker', 'pull', reference)
    case 'podman':
      return command(null, 'podman', 'pull', plain && '--tls-verify=false', reference)
    case 'nerdctl':
      return command(null, 'nerdctl', 'pull', plain && '--insecure-registry', reference)
    case 'crictl':
      return command(plain ? 'runtimeInsecure' : null, 'crictl', 'pull', reference)
    case 'helm': {
      if (by === 'digest') return command('helmDigest', 'helm', 'pull', `oci://${reference}`, plain && '--plain-http')
      const version = chartVersion(tag ?? '')
      if (version === null) return 'notAVersion'
      return command(null, 'helm', 'pull', `oci://${place}`, '--version', version, plain && '--plain-http')
    }
    case 'skopeo': {
      // Without it only the architecture of the machine it runs on is copied.
      const all = pulled.kind === 'index' && '--all'
      const into = `oci:${folderOf(repository)}${by === 'tag' ? suffix : ''}`
      return command(null, 'skopeo', 'copy', all, plain && '--src-tls-verify=false', `docker://${reference}`, into)
    }
    case 'oras': {
      const into = `${folderOf(repository)}${by === 'tag' ? suffix : ''}`
      return command(null, 'oras', 'cp', '--to-oci-layout', plain && '--from-plain-http', reference, into)
    }
  }
}
