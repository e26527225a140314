import type { OciPlatform } from '../api/types'

/** How many digits of a digest a table shows. */
export const SHORT_HEX = 12

/** A digest short enough for a table; enough of it to tell two apart. */
export function shortDigest(digest: string): string {
  const [algorithm, hex = ''] = digest.split(':')
  return `${algorithm}:${hex.slice(0, SHORT_HEX)}`
}

/** What stands before a repository's name where it is pulled: the registry's address without its scheme. */
export function pullHost(address: string): string {
  return address.replace(/^[a-z]+:\/\//i, '').replace(/\/+$/, '')
}

/** What a client pulls a tag by. */
export function tagReference(address: string, repository: string, tag: string): string {
  return `${pullHost(address)}/${repository}:${tag}`
}

/** What an image runs on, as people write it: `linux/arm64/v8`. */
export function platformText({ os, architecture, variant }: OciPlatform): string {
  return [os, architecture, variant].filter(Boolean).join('/')
}
