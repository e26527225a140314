import { useEffect, useState } from 'react'
import type { Registry } from '../../api/types'
import { useRegistryTest } from '../../api/useRegistryTest'
import { useTexts } from '../../i18n/context'
import { Button } from '../../ui/Button'
import { Dialog } from '../../ui/Dialog'
import { TestOutcome } from './TestOutcome'
import { TestSteps } from './TestSteps'

interface TestDialogProps {
  /** The registry to test; null keeps the dialog closed. */
  registry: Registry | null
  onClose: () => void
}

/** Runs the connection test of a stored registry and shows its steps as they end. */
export function TestDialog({ registry, onClose }: TestDialogProps) {
  const texts = useTexts()
  const { state, start, reset } = useRegistryTest()
  // Keeps the words while the dialog fades out.
  const [shown, setShown] = useState(registry)
  const id = registry?.id

  useEffect(() => {
    if (registry) setShown(registry)
  }, [registry])

  useEffect(() => {
    if (id === undefined) return
    void start({ registry_id: id })
    return reset
  }, [id, start, reset])

  if (!shown) return null
  return (
    <Dialog opened={registry !== null} onClose={onClose} title={texts.test.dialogTitle(shown.name)} width={540}>
      <p className="dialog-lead">{texts.test.dialogHelp}</p>
      <div className="card">
        <TestSteps state={state} />
      </div>
      <TestOutcome state={state} kind={shown.kind} />
      <div className="dialog-foot">
        <Button
          loading={state.phase === 'running'}
          onClick={() => void start({ registry_id: shown.id })}
        >
          {texts.test.again}
        </Button>
        <Button tone="primary" onClick={onClose}>
          {texts.action.close}
        </Button>
      </div>
    </Dialog>
  )
}
