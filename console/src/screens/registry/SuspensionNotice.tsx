import type { Registry } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { Button } from '../../ui/Button'
import { Notice } from '../../ui/Notice'
import { disabledReason } from './RegistryMenu'

interface SuspensionNoticeProps {
  registry: Registry
  onConfirm: () => void
  onEdit: () => void
}

/** Says that another server answers in a registry's place, and what can be done. */
export function SuspensionNotice({ registry, onConfirm, onEdit }: SuspensionNoticeProps) {
  const { texts, format } = useI18n()
  const words = texts.registryCare
  const { suspension } = registry
  if (!suspension) return null
  const mayEdit = disabledReason(texts, registry, 'edit') === undefined
  return (
    <div className="page-notice">
      <Notice
        tone="bad"
        urgent
        title={words.suspendedTitle}
        actions={
          mayEdit && (
            <>
              <Button size="xs" tone="primary" onClick={onConfirm}>
                {words.compare}
              </Button>
              <Button size="xs" onClick={onEdit}>
                {words.editAddress}
              </Button>
            </>
          )
        }
      >
        <p>{words.suspended(suspension.cause === 'content', registry.username != null)}</p>
        {!mayEdit && <p>{words.suspendedTold}</p>}
        <p className="fine num">{words.suspendedSince(format.dateTime(suspension.since))}</p>
      </Notice>
    </div>
  )
}
