import type { RepositoryDetail, SeenRegistry } from '../../api/types'
import type { InventoryTexts } from '../../i18n/books/inventory'
import type { Texts } from '../../i18n/en'
import { capabilityReason } from '../../i18n/problemText'
import { type DeletionTarget, missingDeletion } from '../../lib/deletion'
import { disabledAction } from './disabledAction'

/** Why tags, or artifacts, of a repository cannot be deleted; undefined when they can, as far as is known. */
export function deletionBlocked(
  texts: Texts,
  inventory: InventoryTexts,
  { allowed_actions: actions, owner }: RepositoryDetail,
  registry: SeenRegistry | undefined,
  type: DeletionTarget['type'],
): string | undefined {
  const blocked = disabledAction(texts, actions, 'image.delete', owner.type === 'workspace')
  if (blocked !== undefined) return blocked
  // Of a registry that one only pulls from nothing more is told.
  if (registry === undefined || registry.detail === 'outline') return undefined
  const missing = missingDeletion(registry.capabilities, type)
  return missing && inventory.deletion.missing(capabilityReason(texts, missing))
}

/** The dialog, with its texts. */
export async function fetchDeleteDialog() {
  const { DeleteImageDialog, openTexts } = await import('../deletion/DeleteImageDialog')
  await openTexts()
  return DeleteImageDialog
}
