import type { ErrorCode, Permission } from '../api/types'

/** What an error says to a person: what happened and what to do about it. */
export interface ErrorText {
  title: string
  remedy: string
}

/** A code without a text does not compile. */
export type ErrorTexts = Record<ErrorCode, ErrorText>

/** The reasons the server gives for a health or a condition. */
export const CONDITION_REASONS = [
  'NotChecked',
  'ConnectionRefused',
  'NameUnresolved',
  'Timeout',
  'ConnectionReset',
  'TlsFailed',
  'NotARegistry',
  'ServerError',
  'CredentialsRejected',
  'TokenServiceUnconfirmed',
  'IdentityChanged',
  'IdentityPinned',
  'RateLimited',
  'ProtocolError',
  'AddressRefused',
  'Reachable',
  'SlowAnswers',
  'CredentialsAccepted',
  'NoCredentials',
  'CredentialUnreadable',
  'NotTested',
  'Tested',
  'NotObserved',
  'Unstable',
  'OtherScheme',
  'CertificateExpired',
  'CertificateNotYetValid',
  'CertificateOtherHost',
  'CertificateIssuerUnknown',
  'CertificateSelfSigned',
  'TlsTooOld',
  'CertificateValid',
  'CertificateExpiresSoon',
  'Proved',
  'Refused',
  'RegistryEmpty',
  'NoRepositoryKnown',
  'UploadRefused',
  'UploadAccepted',
  'NotAvailable',
] as const
export type ConditionReason = (typeof CONDITION_REASONS)[number]

/** `short` stands in a table cell, `sentence` on the overview. */
export interface ReasonText {
  short: string
  sentence: string
}

export type ReasonTexts = Record<ConditionReason, ReasonText>

/** What the audit log names: a permission, or something that is none. One without a text does not compile. */
export type AuditAction = Permission | 'setup.offer' | 'audit.export' | 'registry.suspend'
