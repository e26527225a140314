import type { Capability, CapabilityName, CapabilityReason, ErrorCode, ImageDeletion } from '../api/types'

/** What somebody wants to delete; of a tag also what it was seen to point at. */
export type DeletionTarget = { type: 'tag'; name: string; digest: string | null } | { type: 'artifact'; digest: string }

/** How many names of a list are shown. */
export const NAMES_SHOWN = 10

/**
 * Why a registry does not let this be deleted, as far as that was seen; undefined where it may. That its account may not
 * is not held against it: rights differ between repositories, and the registry is asked anew for each.
 */
export function missingDeletion(
  capabilities: readonly Capability[],
  type: DeletionTarget['type'],
): CapabilityReason | undefined {
  const missing = (name: CapabilityName) => {
    const found = capabilities.find((each) => each.name === name)
    return found?.status === 'missing' ? (found.reason ?? 'NotOffered') : undefined
  }
  const deletion = missing('deletion')
  // Who switched deletion off meant tags, too.
  if (deletion === 'SwitchedOff') return deletion
  const reason = type === 'tag' && missing('tag_deletion') !== 'NotOffered' ? missing('tag_deletion') : deletion
  return reason === 'NotAllowed' ? undefined : reason
}

/** How many tags go. */
export function tagsGoing(plan: ImageDeletion): number {
  const least = plan.tag == null ? 0 : 1
  return plan.takes_artifact ? Math.max(plan.tags.total, least) : least
}

/** Answers to a deletion that say it is not what was looked at: then it is looked at again. */
const CHANGED: readonly string[] = [
  'tag.moved',
  'tag.shared',
  'artifact.listed',
  'deletion.unavailable',
  'deletion.unconfirmed',
] satisfies ErrorCode[]

export function isChange(code: string): boolean {
  return CHANGED.includes(code)
}
