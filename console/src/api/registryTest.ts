import { send } from './client'
import { readNdjson } from './ndjson'
import { ApiError, toApiError } from './problem'
import type { RegistryTestInput, RegistryTestLine } from './types'

/** One finished step, as the server streams it. */
export type TestStep = Extract<RegistryTestLine, { type: 'step' }>
/** The last line of a test. */
export type TestResult = Extract<RegistryTestLine, { type: 'result' }>
export type TestStepName = TestStep['step']

export const TEST_STEPS = [
  'resolve',
  'connect',
  'detect',
  'authenticate',
  'rights',
] as const satisfies readonly TestStepName[]

/** What to test: unsaved input, with or without its account, or a stored registry. */
export type TestRequest = { registry: RegistryTestInput; credential: boolean } | { registry_id: string }

/** Runs a connection test and yields each step as it ends, then the result. */
export async function* runRegistryTest(request: TestRequest, signal: AbortSignal): AsyncGenerator<RegistryTestLine> {
  const response = await send(
    new Request(new URL('/api/v1/registry-tests', location.origin), {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: 'application/x-ndjson, application/problem+json' },
      body: JSON.stringify(request),
      signal,
    }),
  )
  if (!response.ok || response.body === null) throw await readProblem(response)
  for await (const line of readNdjson(response.body)) yield line as RegistryTestLine
}

async function readProblem(response: Response): Promise<ApiError> {
  return toApiError(response, await response.json().catch(() => null))
}
