import { useEffect, useRef, useState } from 'react'
import type { ApiError } from '../../api/problem'
import { TEST_STEPS } from '../../api/registryTest'
import { useRegistryTest } from '../../api/useRegistryTest'
import { useTexts } from '../../i18n/context'
import { isPlainHttp, isPlausibleAddress } from '../../lib/address'
import type { Scope } from '../../lib/scope'
import { Card } from '../../ui/Card'
import { GuardedButton } from '../../ui/GuardedButton'
import { TestOutcome } from '../registry/TestOutcome'
import { TestSteps } from '../registry/TestSteps'
import { type IntegrateValues, isTestable, toTestInput } from './integrateForm'
import { SaveFailure } from './SaveFailure'
import { SchemeSwitch } from './SchemeSwitch'

const TYPING_PAUSE_MS = 600

interface ConnectionTestProps {
  scope: Scope
  values: IntegrateValues
  /** The upstream problem that the last attempt to save ended with. */
  saveError: ApiError | null
  saving: boolean
  onSaveAnyway: () => void
  /** Takes another address in the place of the one typed. */
  onAddress: (address: string) => void
  /** Told whether the registry was seen to give no catalogue. */
  onCatalogueMissing: (missing: boolean) => void
  /** The registry whose stored connection is being edited. */
  edited?: EditedConnection
}

export interface EditedConnection {
  id: string
  /** Whether address and certificate check are the stored ones: then nothing is tried unasked. */
  sameServer: boolean
  /** Whether all of it is what is stored: then the stored account can be tried without its password. */
  unchanged: boolean
  /** Whether the account can only be tried once its password is given. */
  needsPassword: boolean
}

/**
 * The connection test of what is being typed. The steps without the account run by themselves; the account is only
 * tried on demand, because a half-typed password would lock it.
 */
export function ConnectionTest({
  scope,
  values,
  saveError,
  saving,
  onSaveAnyway,
  onAddress,
  onCatalogueMissing,
  edited,
}: ConnectionTestProps) {
  const texts = useTexts()
  const { state, start, reset, forgetAccount, showFailure } = useRegistryTest()
  const testable = isTestable(values)
  const runsByItself = testable && !edited?.sameServer
  const pause = useRef<ReturnType<typeof setTimeout>>(undefined)
  // Nobody waits for a test that nobody asked for.
  const [askedFor, setAskedFor] = useState(false)
  const latest = useRef(values)
  latest.current = values

  const { kind, address, plainHttpConsent, tlsMode, caPem, username, password } = values
  useEffect(() => {
    reset()
    if (!runsByItself) return
    pause.current = setTimeout(() => {
      setAskedFor(false)
      void start({ registry: toTestInput(latest.current, false, scope), credential: false })
    }, TYPING_PAUSE_MS)
    return () => clearTimeout(pause.current)
  }, [kind, address, plainHttpConsent, tlsMode, caPem, runsByItself, scope, start, reset])

  useEffect(() => forgetAccount(), [username, password, forgetAccount])

  useEffect(() => {
    if (saveError) showFailure(saveError)
  }, [saveError, showFailure])

  const missing = state.steps.some((step) => step.step === 'rights' && step.facts.catalogue === 'missing')
  useEffect(() => onCatalogueMissing(missing), [missing, onCatalogueMissing])

  // A test without the account has not passed before its last two steps have.
  const done = state.steps.filter((step) => step.status !== 'skipped').length
  const waitsForConsent = isPlainHttp(address) && isPlausibleAddress(address) && !plainHttpConsent
  return (
    <Card
      title={texts.test.title}
      aside={
        state.phase !== 'idle' && (
          <span className="fine num">
            {state.result && (state.result.status === 'failed' || done === TEST_STEPS.length)
              ? texts.test[state.result.status === 'ok' ? 'passed' : 'failed']
              : texts.test.progress(String(done), String(TEST_STEPS.length))}
          </span>
        )
      }
    >
      {/* The steps have their place before the first runs: the button below must not move away from who is about to press it. */}
      {state.phase === 'idle' && !runsByItself ? (
        <p className="card-note">{waitsForConsent ? texts.test.consentFirst : edited ? texts.registryEdit.testIdle : texts.test.idle}</p>
      ) : (
        <TestSteps state={state} />
      )}
      <TestOutcome state={state} kind={kind} />
      <SchemeSwitch state={state} address={address} onAddress={onAddress} />
      <SaveFailure error={saveError} saving={saving} onSaveAnyway={onSaveAnyway} />
      <div className="card-foot">
        <GuardedButton
          size="xs"
          disabled={!testable || (askedFor && state.phase === 'running')}
          blocked={edited?.needsPassword ? texts.registryEdit.testNeedsPassword : undefined}
          onClick={() => {
            // The test that waits for a pause in typing would replace this one, which tells more.
            clearTimeout(pause.current)
            setAskedFor(true)
            void start(
              edited?.unchanged
                ? { registry_id: edited.id }
                : { registry: toTestInput(values, true, scope), credential: true },
            )
          }}
        >
          {username.trim() === '' ? texts.test.withoutAccount : texts.test.withAccount}
        </GuardedButton>
      </div>
    </Card>
  )
}
