import type { ErrorCode, FieldProblem, Problem } from './types'

/** What a call failed with: the server's own problem, or that no answer came at all. */
export class ApiError extends Error {
  constructor(
    readonly code: ErrorCode | 'network',
    readonly status: number,
    readonly params: Record<string, string>,
    readonly errors: FieldProblem[],
    readonly requestId: string | null,
    readonly retryAfterSeconds: number | null,
  ) {
    super(code)
    this.name = 'ApiError'
  }

  /** Whether the registry, not Roadstead, refused or failed. */
  get isUpstream(): boolean {
    return this.code.startsWith('upstream.')
  }
}

function isProblem(body: unknown): body is Problem {
  return typeof body === 'object' && body !== null && typeof (body as Problem).code === 'string'
}

function retryAfter(response: Response): number | null {
  const seconds = Number(response.headers.get('Retry-After') ?? Number.NaN)
  return Number.isFinite(seconds) && seconds > 0 ? seconds : null
}

/**
 * Reads an unsuccessful answer. A body that is no problem (a proxy's HTML page, say) still yields an error
 * that names the status, so that nothing fails silently.
 */
export function toApiError(response: Response, body: unknown): ApiError {
  if (isProblem(body)) {
    return new ApiError(
      body.code,
      response.status,
      body.params ?? {},
      body.errors ?? [],
      body.request_id ?? null,
      retryAfter(response),
    )
  }
  const code: ErrorCode = response.status >= 500 ? 'store.unavailable' : 'request.malformed'
  return new ApiError(code, response.status, {}, [], response.headers.get('X-Request-Id'), retryAfter(response))
}

/** The error for a call that got no answer: server down, connection cut. */
export function networkError(): ApiError {
  return new ApiError('network', 0, {}, [], null, null)
}

/** Turns whatever was thrown into an `ApiError`, for screens that show it. */
export function asApiError(thrown: unknown): ApiError {
  return thrown instanceof ApiError ? thrown : networkError()
}

/** Codes that speak about one field although the server gives no pointer with them. */
const FIELD_OF_CODE: Partial<Record<ErrorCode, string>> = {
  'registry.name_taken': '/name',
  'workspace.name_taken': '/name',
  'machine_account.name_taken': '/name',
  'user.unknown': '/name',
  'registry.kind_unavailable': '/kind',
  'registry.plain_http_consent': '/plain_http_consent',
  'registry.username_missing': '/username',
  'registry.password_missing': '/password',
  'name.malformed': '/name',
  'password.length': '/password',
  'address.too_long': '/address',
  'address.scheme_missing': '/address',
  'address.scheme_unsupported': '/address',
  'address.credentials_inside': '/address',
  'address.malformed': '/address',
  'address.extra_parts': '/address',
  'outbound.address_refused': '/address',
}

/** The field problems of an error, with the pointer filled in for codes that name their field by themselves. */
export function fieldProblems(error: ApiError): FieldProblem[] {
  if (error.errors.length > 0) return error.errors
  if (error.code === 'network') return []
  const pointer = FIELD_OF_CODE[error.code]
  return pointer === undefined ? [] : [{ pointer, code: error.code, params: error.params }]
}
