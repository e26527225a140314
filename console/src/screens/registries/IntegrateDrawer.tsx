import { useNavigate } from '@tanstack/react-router'
import { type SubmitEvent, useRef, useState } from 'react'
import { asApiError, fieldProblems } from '../../api/problem'
import { useIntegrateRegistry } from '../../api/registries'
import { useTexts } from '../../i18n/context'
import type { Scope } from '../../lib/scope'
import { Button } from '../../ui/Button'
import { Drawer } from '../../ui/Drawer'
import { notify } from '../../ui/Toasts'
import { registryLink } from '../registry/registryLink'
import { ConnectionTest } from './ConnectionTest'
import { FormSummary } from './FormSummary'
import {
  checkValues,
  EMPTY_VALUES,
  errorsByField,
  INTEGRATE_FIELDS,
  type IntegrateErrors,
  type IntegrateField,
  type IntegrateValues,
  toRegistryInput,
} from './integrateForm'
import { IntegrateFields } from './IntegrateFields'

interface IntegrateDrawerProps {
  /** Whose registry it becomes. */
  scope: Scope
  opened: boolean
  onClose: () => void
  onClosed: () => void
}

/** Asks for a registry, tries the connection while it is typed, and integrates it. */
export function IntegrateDrawer({ scope, opened, onClose, onClosed }: IntegrateDrawerProps) {
  const texts = useTexts()
  const navigate = useNavigate()
  const integrate = useIntegrateRegistry()
  const [values, setValues] = useState<IntegrateValues>(EMPTY_VALUES)
  const [errors, setErrors] = useState<IntegrateErrors>({})
  const [catalogueMissing, setCatalogueMissing] = useState(false)
  const inputs = useRef<Partial<Record<IntegrateField, HTMLElement | null>>>({})

  const change = (part: Partial<IntegrateValues>) => {
    setValues((before) => ({ ...before, ...part }))
    setErrors((before) => Object.fromEntries(Object.entries(before).filter(([field]) => !(field in part))))
  }

  const showErrors = (found: IntegrateErrors) => {
    setErrors(found)
    const first = INTEGRATE_FIELDS.find((field) => found[field])
    if (first) inputs.current[first]?.focus()
  }

  const close = () => {
    // What was typed survives an accidental Escape; the password does not wait in memory.
    setValues((before) => ({ ...before, password: '' }))
    setErrors({})
    integrate.reset()
    onClose()
  }

  const save = (saveAnyway: boolean) => {
    const found = checkValues(values)
    showErrors(found)
    if (Object.keys(found).length > 0) {
      integrate.reset()
      return
    }
    integrate.mutate(toRegistryInput(values, saveAnyway, scope), {
      onSuccess: (registry) => {
        setValues(EMPTY_VALUES)
        notify(registry.verified ? texts.integrate.done(registry.name) : texts.integrate.doneUnverified(registry.name))
        void navigate(registryLink(scope, registry.id))
      },
      onError: (thrown) => showErrors(errorsByField(fieldProblems(asApiError(thrown)))),
    })
  }

  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    save(false)
  }

  const error = integrate.isError ? asApiError(integrate.error) : null
  return (
    <Drawer opened={opened} onClose={close} onClosed={onClosed} title={texts.integrate.title} closeLabel={texts.action.close}>
      <form className="drawer-form" onSubmit={submit} noValidate>
        <div className="form drawer-fields">
          <FormSummary title={texts.integrate.summaryTitle} error={error} hasFieldErrors={Object.keys(errors).length > 0} />
          <IntegrateFields
            scope={scope}
            values={values}
            errors={errors}
            onChange={change}
            inputs={inputs}
            catalogueMissing={catalogueMissing}
          >
            <ConnectionTest
              scope={scope}
              values={values}
              saveError={error?.isUpstream ? error : null}
              saving={integrate.isPending}
              onSaveAnyway={() => save(true)}
              onAddress={(address) => change({ address })}
              onCatalogueMissing={setCatalogueMissing}
            />
          </IntegrateFields>
        </div>
        <div className="drawer-foot">
          <Button onClick={close}>{texts.action.cancel}</Button>
          <Button tone="primary" type="submit" loading={integrate.isPending}>
            {texts.integrate.submit}
          </Button>
        </div>
      </form>
    </Drawer>
  )
}
