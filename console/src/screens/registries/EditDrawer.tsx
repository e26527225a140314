import { useQuery, useQueryClient } from '@tanstack/react-query'
import { type RefObject, type SubmitEvent, useEffect, useMemo, useRef, useState } from 'react'
import { type ApiError, asApiError, fieldProblems } from '../../api/problem'
import { asFull, registryKey, registryQuery, useEditRegistry } from '../../api/registries'
import type { Registry } from '../../api/types'
import { useTexts } from '../../i18n/context'
import { Button } from '../../ui/Button'
import { Drawer } from '../../ui/Drawer'
import { GuardedButton } from '../../ui/GuardedButton'
import { KeyValues } from '../../ui/KeyValues'
import { Notice } from '../../ui/Notice'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { Skeleton } from '../../ui/Skeleton'
import { notify } from '../../ui/Toasts'
import { useShown } from '../shared/useShown'
import { ConnectionTest } from './ConnectionTest'
import { EditAccount } from './EditAccount'
import { EditConflict } from './EditConflict'
import {
  checkEdit,
  type EditDraft,
  type EditValues,
  isChanged,
  isElsewhere,
  isMoved,
  needsPassword,
  ownerScope,
  rebased,
  testedValues,
  toEdit,
  valuesOf,
  withChange,
} from './editForm'
import { FormSummary } from './FormSummary'
import { errorsByField, INTEGRATE_FIELDS, type IntegrateErrors, type IntegrateField } from './integrateForm'
import { ListedField } from './ListedField'
import { RegistryFields } from './RegistryFields'

interface EditDrawerProps {
  /** The registry to edit; null keeps the drawer closed. */
  registry: Registry | null
  onClose: () => void
}

/** Edits a registry: where it is, its account, how its certificate is judged, and what is said about it. */
export function EditDrawer({ registry, onClose }: EditDrawerProps) {
  const texts = useTexts()
  const shown = useShown(registry)
  // What was typed survives an accidental Escape; the password does not wait in memory.
  const kept = useRef<EditDraft | null>(null)
  // A row of a list lacks what is only read of one registry; editing it would take that away.
  const isRow = shown !== null && shown.listed == null
  const whole = useQuery({ ...registryQuery(shown?.id ?? ''), enabled: isRow })
  if (!shown) return null
  // Of what is only seen from outside nothing can be edited, and nothing offers to.
  const fetched = whole.data?.detail === 'full' ? whole.data : undefined
  const read = isRow ? fetched : shown
  return (
    <Drawer opened={registry !== null} onClose={onClose} title={texts.registryEdit.title(shown.name)}>
      {read ? (
        <EditForm key={shown.id} read={read} kept={kept} onFinished={onClose} />
      ) : (
        <div className="form drawer-fields" aria-busy={!whole.isError}>
          {whole.isError ? (
            <ProblemNotice error={asApiError(whole.error)} onRetry={() => void whole.refetch()} />
          ) : (
            <Skeleton width="100%" height={220} />
          )}
        </div>
      )}
    </Drawer>
  )
}

interface EditFormProps {
  read: Registry
  /** What was typed before and not saved. */
  kept: RefObject<EditDraft | null>
  onFinished: () => void
}

function EditForm({ read, kept, onFinished }: EditFormProps) {
  const texts = useTexts()
  const words = texts.registryEdit
  const queryClient = useQueryClient()
  const edit = useEditRegistry()
  const [resumed, setResumed] = useState(() => resumable(kept.current, read))
  // The version that was read when editing began: a change made meanwhile by someone else must be noticed.
  const [{ base, values }, setDraft] = useState<EditDraft>(resumed ?? { base: read, values: valuesOf(read) })
  const [theirs, setTheirs] = useState<Registry | null>(null)
  const [reloadError, setReloadError] = useState<ApiError | null>(null)
  const [errors, setErrors] = useState<IntegrateErrors>({})
  const [catalogueMissing, setCatalogueMissing] = useState(false)
  const inputs = useRef<Partial<Record<IntegrateField, HTMLElement | null>>>({})
  const scope = useMemo(() => ownerScope(base), [base])

  useEffect(() => {
    kept.current = { base, values: { ...values, password: '' } }
  }, [base, values, kept])

  const change = (part: Partial<EditValues>) => {
    setDraft((before) => ({ ...before, values: withChange(before.base, before.values, part) }))
    setErrors((before) => Object.fromEntries(Object.entries(before).filter(([field]) => !(field in part))))
  }

  const showErrors = (found: IntegrateErrors) => {
    setErrors(found)
    const first = INTEGRATE_FIELDS.find((field) => found[field])
    if (first) inputs.current[first]?.focus()
  }

  const begin = (registry: Registry, typed: EditValues) => {
    setDraft({ base: registry, values: typed })
    setErrors({})
    setTheirs(null)
    setResumed(null)
    edit.reset()
  }

  const seeTheirs = async () => {
    setReloadError(null)
    try {
      setTheirs(asFull(await queryClient.fetchQuery({ ...registryQuery(base.id), staleTime: 0 })))
    } catch (thrown) {
      setReloadError(asApiError(thrown))
    }
  }

  const settle = (found: Registry, take: boolean) => {
    queryClient.setQueryData(registryKey(found.id), found)
    begin(found, take ? valuesOf(found) : rebased(base, found, values))
  }

  const changed = isChanged(base, values)
  const blocked = theirs ? words.settleFirst : changed ? undefined : words.unchanged

  const save = (saveAnyway: boolean) => {
    if (blocked || edit.isPending) return
    const found = checkEdit(base, values)
    showErrors(found)
    if (Object.keys(found).length > 0) {
      edit.reset()
      return
    }
    edit.mutate(
      { registry: base, changes: toEdit(base, values, saveAnyway) },
      {
        onSuccess: (saved) => {
          kept.current = null
          notify(saved.verified ? words.saved(saved.name) : texts.integrate.doneUnverified(saved.name))
          onFinished()
        },
        onError: (thrown) => {
          const error = asApiError(thrown)
          if (error.code === 'request.stale') void seeTheirs()
          else showErrors(errorsByField(fieldProblems(error)))
        },
      },
    )
  }

  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    save(false)
  }

  const failed = edit.isError ? asApiError(edit.error) : null
  const error = reloadError ?? (failed?.code === 'request.stale' ? null : failed)
  const needed = needsPassword(base, values)
  return (
    <form className="drawer-form" onSubmit={submit} noValidate>
      <div className="form drawer-fields">
        {theirs && <EditConflict base={base} theirs={theirs} onSettle={(take) => settle(theirs, take)} />}
        <FormSummary title={words.summaryTitle} error={error} hasFieldErrors={Object.keys(errors).length > 0} />
        {resumed && (
          <Notice
            tone="info"
            actions={
              <Button size="xs" onClick={() => begin(read, valuesOf(read))}>
                {words.startOver}
              </Button>
            }
          >
            <p>{words.resumed}</p>
          </Notice>
        )}
        <div className="fixed-facts">
          <KeyValues
            entries={[
              { key: texts.integrate.kind, value: texts.kind[base.kind] },
              { key: texts.integrate.name, value: <span className="break">{base.name}</span> },
            ]}
          />
          <p className="fine">{words.fixed}</p>
        </div>
        <RegistryFields
          scope={scope}
          values={values}
          errors={errors}
          onChange={change}
          inputs={inputs}
          asksConsent={isMoved(base, values.address)}
          autoFocus
          listed={
            <ListedField
              values={values}
              errors={errors}
              onChange={change}
              inputs={inputs}
              catalogueMissing={catalogueMissing || givesNoCatalogue(base)}
            />
          }
          account={<EditAccount base={base} values={values} errors={errors} onChange={change} inputs={inputs} />}
        >
          <ConnectionTest
            scope={scope}
            values={testedValues(values)}
            saveError={error?.isUpstream ? error : null}
            saving={edit.isPending}
            onSaveAnyway={() => save(true)}
            onAddress={(address) => change({ address })}
            onCatalogueMissing={setCatalogueMissing}
            edited={{
              id: base.id,
              sameServer: !isElsewhere(base, values),
              unchanged: !isElsewhere(base, values) && !tryable(base, values),
              needsPassword: needed && values.password === '',
            }}
          />
        </RegistryFields>
      </div>
      <div className="drawer-foot">
        <Button onClick={onFinished}>{texts.action.cancel}</Button>
        <GuardedButton tone="primary" type="submit" loading={edit.isPending} blocked={blocked}>
          {words.submit}
        </GuardedButton>
      </div>
    </form>
  )
}

function givesNoCatalogue(registry: Registry): boolean {
  return registry.capabilities.some((seen) => seen.name === 'catalogue' && seen.status === 'missing')
}

/** Whether the account is another one than what is stored, or has a password to try. */
function tryable(base: Registry, values: EditValues): boolean {
  const { username, password } = toEdit(base, values, false)
  return username !== undefined || password !== undefined
}

/** What was typed for this registry before, when it is worth going on with. */
function resumable(draft: EditDraft | null, registry: Registry): EditDraft | null {
  return draft?.base.id === registry.id && isChanged(draft.base, draft.values) ? draft : null
}
