import type { components } from './schema'

type Schemas = components['schemas']

export type AllowedAction = Schemas['AllowedAction']
export type ConditionView = Schemas['ConditionView']
export type ErrorCode = Schemas['ErrorCode']
export type FieldProblem = Schemas['FieldProblem']
export type Health = Schemas['Health']
export type HealthView = Schemas['HealthView']
export type Observed = Schemas['Observed']
export type Problem = Schemas['Problem']
export type Registry = Schemas['Registry']
export type RegistryInput = Schemas['RegistryInput']
export type RegistryKind = Schemas['RegistryKind']
export type RegistryPage = Schemas['RegistryPage']
export type RegistryTestInput = Schemas['RegistryTestInput']
export type Session = Schemas['Session']
export type TlsPolicy = Schemas['TlsPolicy']
export type TlsMode = TlsPolicy['mode']
export type Unavailable = NonNullable<Observed['unavailable']>
