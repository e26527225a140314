import { send } from './client'
import { readNdjson } from './ndjson'
import { ApiError, toApiError } from './problem'
import type { ErrorCode, RegistryKind, RegistryTestInput } from './types'

export const TEST_STEPS = ['resolve', 'connect', 'detect', 'authenticate', 'rights'] as const
export type TestStepName = (typeof TEST_STEPS)[number]

/** One finished step, as the server streams it. */
export interface TestStep {
  type: 'step'
  step: TestStepName
  status: 'ok' | 'failed' | 'skipped'
  duration_ms: number
  code: ErrorCode | null
  params: Record<string, string>
  facts: Record<string, string>
}

/** The last line of a test. */
export interface TestResult {
  type: 'result'
  status: 'ok' | 'failed'
  duration_ms: number
  detected_kind: RegistryKind | null
  version: string | null
}

/** What to test: unsaved input, with or without its account, or a stored registry. */
export type TestRequest = { registry: RegistryTestInput; credential: boolean } | { registry_id: string }

/** Runs a connection test and yields each step as it ends, then the result. */
export async function* runRegistryTest(
  request: TestRequest,
  signal: AbortSignal,
): AsyncGenerator<TestStep | TestResult> {
  const response = await send(
    new Request(new URL('/api/v1/registry-tests', location.origin), {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: 'application/x-ndjson, application/problem+json' },
      body: JSON.stringify(request),
      signal,
    }),
  )
  if (!response.ok || response.body === null) throw await readProblem(response)
  for await (const line of readNdjson(response.body)) yield line as TestStep | TestResult
}

async function readProblem(response: Response): Promise<ApiError> {
  return toApiError(response, await response.json().catch(() => null))
}
