import { useQueryClient } from '@tanstack/react-query'
import { type SubmitEvent, useEffect, useState } from 'react'
import { asApiError } from '../../api/problem'
import { REGISTRIES_KEY, useDisconnectRegistry } from '../../api/registries'
import type { Registry } from '../../api/types'
import { useTexts } from '../../i18n/context'
import { Button } from '../../ui/Button'
import { Dialog } from '../../ui/Dialog'
import { TextField } from '../../ui/Field'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { notify } from '../../ui/Toasts'
import { DisconnectionCost } from './DisconnectionCost'

interface DisconnectDialogProps {
  /** The registry in question; null keeps the dialog closed. */
  registry: Registry | null
  onClose: () => void
  onDisconnected?: () => void
}

/** Asks before a registry is forgotten: what goes, what stays, and its name typed out. */
export function DisconnectDialog({ registry, onClose, onDisconnected }: DisconnectDialogProps) {
  const texts = useTexts()
  const queryClient = useQueryClient()
  const disconnect = useDisconnectRegistry()
  const [typed, setTyped] = useState('')
  const [shown, setShown] = useState(registry)

  useEffect(() => {
    if (!registry) return
    setShown((before) => {
      if (before?.id !== registry.id) setTyped('')
      return registry
    })
  }, [registry])

  const close = () => {
    setTyped('')
    disconnect.reset()
    onClose()
  }

  if (!shown) return null
  const { name } = shown

  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    if (typed !== name) return
    disconnect.mutate(shown, {
      onSuccess: () => {
        notify(texts.registries.disconnected(name))
        close()
        onDisconnected?.()
      },
    })
  }

  const error = disconnect.isError ? asApiError(disconnect.error) : null
  return (
    <Dialog opened={registry !== null} onClose={close} title={texts.disconnect.title(name)}>
      <form className="form" onSubmit={submit} noValidate>
        <div className="dialog-lead">
          <p>{texts.disconnect.consequence}</p>
          <p>{texts.disconnect.upstream}</p>
        </div>
        <DisconnectionCost registry={shown} />
        {error && (
          <ProblemNotice
            error={error}
            actions={
              error.code === 'request.stale' && (
                <Button
                  size="xs"
                  onClick={() => {
                    void queryClient.invalidateQueries({ queryKey: REGISTRIES_KEY })
                    close()
                  }}
                >
                  {texts.action.reload}
                </Button>
              )
            }
          />
        )}
        <TextField label={texts.disconnect.confirm(name)} value={typed} onChange={setTyped} />
        <div className="dialog-foot">
          <Button data-autofocus onClick={close}>
            {texts.action.cancel}
          </Button>
          <Button tone="danger" type="submit" disabled={typed !== name} loading={disconnect.isPending}>
            {texts.disconnect.submit(name)}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
