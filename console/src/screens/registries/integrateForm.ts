import type { ErrorCode, FieldProblem, Listed, RegistryInput, RegistryKind, RegistryTestInput, TlsMode, TlsPolicy } from '../../api/types'
import { isPlainHttp, isPlausibleAddress, withScheme } from '../../lib/address'
import { isName } from '../../lib/names'
import { PLATFORM, type Scope } from '../../lib/scope'

/** What a person has typed into the integrate drawer. */
export interface IntegrateValues {
  kind: RegistryKind
  name: string
  address: string
  plainHttpConsent: boolean
  username: string
  password: string
  tlsMode: TlsMode
  caPem: string
  description: string
  /** Repositories and prefixes, one on each line; a prefix ends with `/*`. */
  listed: string
}

export const EMPTY_VALUES: IntegrateValues = {
  kind: 'docker',
  name: '',
  address: '',
  plainHttpConsent: false,
  username: '',
  password: '',
  tlsMode: 'verify',
  caPem: '',
  description: '',
  listed: '',
}

export const INTEGRATE_FIELDS = [
  'kind',
  'name',
  'address',
  'plainHttpConsent',
  'username',
  'password',
  'tlsMode',
  'caPem',
  'listed',
  'description',
] as const satisfies readonly (keyof IntegrateValues)[]
export type IntegrateField = (typeof INTEGRATE_FIELDS)[number]

const FIELD_OF_POINTER: Record<string, IntegrateField> = {
  '/kind': 'kind',
  '/name': 'name',
  '/address': 'address',
  '/plain_http_consent': 'plainHttpConsent',
  '/username': 'username',
  '/password': 'password',
  '/tls': 'tlsMode',
  '/tls/mode': 'tlsMode',
  '/tls/ca_pem': 'caPem',
  '/description': 'description',
}

export type IntegrateErrors = Partial<Record<IntegrateField, FieldProblem>>

/** Puts the server's field problems beside the fields they are about. */
export function errorsByField(problems: readonly FieldProblem[]): IntegrateErrors {
  const errors: IntegrateErrors = {}
  for (const problem of problems) {
    const field = problem.pointer.startsWith('/listed') ? 'listed' : FIELD_OF_POINTER[problem.pointer]
    if (field) errors[field] ??= problem
  }
  return errors
}

/** The lines as they are sent: `team/*` and `team/` are prefixes. */
export function listedOf(text: string): Listed {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  const isPrefix = (line: string) => line.endsWith('*') || line.endsWith('/')
  return { repositories: lines.filter((line) => !isPrefix(line)), prefixes: lines.filter(isPrefix) }
}

/** The lines as they are shown. */
export function listedText(listed: Listed): string {
  return [...(listed.repositories ?? []), ...(listed.prefixes ?? []).map((prefix) => `${prefix}/*`)].join('\n')
}

/** What can be said without asking the server. It checks everything again. */
export function checkValues(values: IntegrateValues): IntegrateErrors {
  const codes: Partial<Record<IntegrateField, ErrorCode>> = {}
  if (values.name === '') codes.name = 'field.required'
  else if (!isName(values.name)) codes.name = 'name.malformed'
  if (values.address.trim() === '') codes.address = 'field.required'
  if (isPlainHttp(values.address) && !values.plainHttpConsent) codes.plainHttpConsent = 'registry.plain_http_consent'
  if (values.username.trim() === '' && values.password !== '') codes.username = 'registry.username_missing'
  if (values.username.trim() !== '' && values.password === '') codes.password = 'registry.password_missing'
  if (usesCa(values) && values.caPem.trim() === '') codes.caPem = 'field.required'
  return Object.fromEntries(
    Object.entries(codes).map(([field, code]) => [field, { pointer: field, code, params: {} }]),
  )
}

function usesCa(values: IntegrateValues): boolean {
  return values.tlsMode === 'ca' && !isPlainHttp(values.address)
}

/** Whether the steps that need no account can run with what is typed so far. */
export function isTestable(values: IntegrateValues): boolean {
  if (!isPlausibleAddress(values.address)) return false
  if (isPlainHttp(values.address)) return values.plainHttpConsent
  return !usesCa(values) || values.caPem.trim() !== ''
}

/** How the certificate is judged, as it is sent. */
export function tlsPolicy(values: IntegrateValues): TlsPolicy {
  return usesCa(values) ? { mode: 'ca', ca_pem: values.caPem } : { mode: values.tlsMode === 'ca' ? 'verify' : values.tlsMode }
}

/** The part of the input that a connection test takes. Without `withAccount` the account never leaves the page. */
export function toTestInput(values: IntegrateValues, withAccount: boolean, scope: Scope = PLATFORM): RegistryTestInput {
  const username = values.username.trim()
  return {
    kind: values.kind,
    address: withScheme(values.address),
    tls: tlsPolicy(values),
    ...(isPlainHttp(values.address) ? { plain_http_consent: values.plainHttpConsent } : {}),
    ...(scope.type === 'workspace' ? { owner: { type: 'workspace' as const, id: scope.id } } : {}),
    ...(withAccount && username !== '' ? { username, password: values.password } : {}),
  }
}

/** The input that integrates the registry. */
export function toRegistryInput(values: IntegrateValues, saveAnyway: boolean, scope: Scope = PLATFORM): RegistryInput {
  const description = values.description.trim()
  return {
    ...toTestInput(values, true, scope),
    name: values.name,
    ...(description === '' ? {} : { description }),
    ...(values.listed.trim() === '' ? {} : { listed: listedOf(values.listed) }),
    ...(saveAnyway ? { save_anyway: true } : {}),
  }
}
