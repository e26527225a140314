import { useCallback, useEffect, useRef, useState } from 'react'
import { type ApiError, asApiError } from './problem'
import { runRegistryTest, type TestRequest, type TestResult, type TestStep, type TestStepName } from './registryTest'

/** `cut`: the stream ended without its result line. */
export type TestPhase = 'idle' | 'running' | 'done' | 'cut' | 'refused'

export interface TestState {
  phase: TestPhase
  steps: TestStep[]
  result: TestResult | null
  /** Why the server did not run the test at all. */
  error: ApiError | null
}

const ACCOUNT_STEPS: readonly TestStepName[] = ['authenticate', 'rights']

const IDLE: TestState = { phase: 'idle', steps: [], result: null, error: null }

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

  useEffect(() => stop, [stop])

  return { state, start, reset, forgetAccount }
}
