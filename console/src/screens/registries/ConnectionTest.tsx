import { useEffect, useRef } from 'react'
import type { ApiError } from '../../api/problem'
import { TEST_STEPS } from '../../api/registryTest'
import { useRegistryTest } from '../../api/useRegistryTest'
import { useTexts } from '../../i18n/context'
import { isPlainHttp, isPlausibleAddress } from '../../lib/address'
import type { Scope } from '../../lib/scope'
import { Button } from '../../ui/Button'
import { Card } from '../../ui/Card'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { TestOutcome } from '../registry/TestOutcome'
import { TestSteps } from '../registry/TestSteps'
import { type IntegrateValues, isTestable, toTestInput } from './integrateForm'

const TYPING_PAUSE_MS = 600

interface ConnectionTestProps {
  scope: Scope
  values: IntegrateValues
  /** The upstream problem that the last attempt to save ended with. */
  saveError: ApiError | null
  saving: boolean
  onSaveAnyway: () => void
}

/**
 * The connection test of what is being typed. The steps without the account run by themselves; the account is only
 * tried on demand, because a half-typed password would lock it.
 */
export function ConnectionTest({ scope, values, saveError, saving, onSaveAnyway }: ConnectionTestProps) {
  const texts = useTexts()
  const { state, start, reset, forgetAccount } = useRegistryTest()
  const testable = isTestable(values)
  const pause = useRef<ReturnType<typeof setTimeout>>(undefined)
  const latest = useRef(values)
  latest.current = values

  const { kind, address, plainHttpConsent, tlsMode, caPem, username, password } = values
  useEffect(() => {
    reset()
    if (!testable) return
    pause.current = setTimeout(
      () => void start({ registry: toTestInput(latest.current, false, scope), credential: false }),
      TYPING_PAUSE_MS,
    )
    return () => clearTimeout(pause.current)
  }, [kind, address, plainHttpConsent, tlsMode, caPem, testable, scope, start, reset])

  useEffect(() => forgetAccount(), [username, password, forgetAccount])

  // The attempt to save was made below, where this card may be out of sight.
  const failure = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (saveError) failure.current?.scrollIntoView({ block: 'nearest' })
  }, [saveError])

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
      {state.phase === 'idle' ? (
        <p className="card-note">{waitsForConsent ? texts.test.consentFirst : texts.test.idle}</p>
      ) : (
        <TestSteps state={state} />
      )}
      <TestOutcome state={state} kind={kind} />
      <div ref={failure}>
        {saveError && (
          <ProblemNotice
            error={saveError}
            title={texts.integrate.notReached}
            actions={
              <div className="save-anyway">
                <Button size="xs" loading={saving} onClick={onSaveAnyway}>
                  {texts.integrate.saveAnyway}
                </Button>
                <span className="fine">{texts.integrate.saveAnywayHelp}</span>
              </div>
            }
          />
        )}
      </div>
      <div className="card-foot">
        <Button
          size="xs"
          disabled={!testable || state.phase === 'running'}
          onClick={() => {
            // The test that waits for a pause in typing would replace this one, which tells more.
            clearTimeout(pause.current)
            void start({ registry: toTestInput(values, true, scope), credential: true })
          }}
        >
          {username.trim() === '' ? texts.test.withoutAccount : texts.test.withAccount}
        </Button>
      </div>
    </Card>
  )
}
