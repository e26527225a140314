import { useCallback, useEffect, useRef, useState } from 'react'
import { type ApiError, asApiError } from './problem'
import {
  runRegistryTest,
  TEST_STEPS,
  type TestRequest,
  type TestResult,
  type TestStep,
  type TestStepName,
} from './registryTest'

/** `cut`: the stream ended without its result line. */
export type TestPhase = 'idle' | 'running' | 'done' | 'cut' | 'refused'

/** A finished step. How long it took is not known of a test that ran while something was being saved. */
export type ShownStep = Omit<TestStep, 'duration_ms'> & { duration_ms: number | null }

export interface TestState {
  phase: TestPhase
  steps: ShownStep[]
  result: TestResult | null
  /** Why the server did not run the test at all. */
  error: ApiError | null
}

const ACCOUNT_STEPS: readonly TestStepName[] = ['authenticate', 'rights']

const IDLE: TestState = { phase: 'idle', steps: [], result: null, error: null }

/**
 * The test that an attempt to save ran and that it failed with, step by step; null when the error tells of none. The
 * steps run in order and end at the first failure, so the failed one tells of those before it.
 */
export function testOfSaving(error: ApiError): TestState | null {
  const failed = TEST_STEPS.findIndex((step) => step === error.params.step)
  if (!error.isUpstream || error.code === 'network' || failed < 0) return null
  const code = error.code
  const steps = TEST_STEPS.map((step, index): ShownStep => {
    const unknown = { type: 'step', step, duration_ms: null, facts: {}, params: {} } as const
    if (index < failed) return { ...unknown, status: 'ok' }
    return index === failed ? { ...unknown, status: 'failed', code, params: error.params } : { ...unknown, status: 'skipped' }
  })
  return { phase: 'done', steps, result: { type: 'result', status: 'failed', duration_ms: 0 }, error: null }
}

/** A connection test whose steps appear as the server finishes them. A new start ends the one before. */
export function useRegistryTest() {
  const [state, setState] = useState<TestState>(IDLE)
  const running = useRef<AbortController | null>(null)

  const stop = useCallback(() => {
    running.current?.abort()
    running.current = null
  }, [])

  const reset = useCallback(() => {
    stop()
    setState(IDLE)
  }, [stop])

  const start = useCallback(
    async (request: TestRequest) => {
      stop()
      const controller = new AbortController()
      running.current = controller
      setState({ ...IDLE, phase: 'running' })
      try {
        for await (const line of runRegistryTest(request, controller.signal)) {
          if (controller.signal.aborted) return
          setState((before) =>
            line.type === 'step'
              ? { ...before, steps: [...before.steps, line] }
              : { ...before, phase: 'done', result: line },
          )
        }
        setState((before) => (before.phase === 'running' ? { ...before, phase: 'cut' } : before))
      } catch (thrown) {
        if (controller.signal.aborted) return
        setState((before) =>
          // A connection that breaks between two steps leaves what was already seen.
          before.steps.length > 0
            ? { ...before, phase: 'cut' }
            : { ...before, phase: 'refused', error: asApiError(thrown) },
        )
      }
    },
    [stop],
  )

  /** Drops what the account was found to be, once another one is typed. */
  const forgetAccount = useCallback(() => {
    setState((before) => {
      const steps = before.steps.filter((step) => !ACCOUNT_STEPS.includes(step.step) || step.status === 'skipped')
      if (steps.length === before.steps.length) return before
      stop()
      return { ...before, phase: 'done', steps, result: null }
    })
  }, [stop])

  /** Shows the test that an attempt to save failed with, in place of an older one. */
  const showFailure = useCallback(
    (error: ApiError) => {
      const failed = testOfSaving(error)
      if (!failed) return
      stop()
      // One that is shown already and failed at the same step tells more.
      const same = (step: ShownStep) => step.status === 'failed' && step.step === error.params.step
      setState((before) => (before.steps.some(same) ? before : failed))
    },
    [stop],
  )

  useEffect(() => stop, [stop])

  return { state, start, reset, forgetAccount, showFailure }
}
