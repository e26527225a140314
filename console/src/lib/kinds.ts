import type { RegistryKind } from '../api/types'

/** The kinds this version can integrate; the others are shown with the reason why not. */
export const AVAILABLE_KINDS: readonly RegistryKind[] = ['docker']

/** Whether a registry of this kind can be integrated. */
export function isAvailable(kind: RegistryKind): boolean {
  return AVAILABLE_KINDS.includes(kind)
}
