import type { Registry, RegistryEdit } from '../../api/types'
import { isPlainHttp, withScheme } from '../../lib/address'
import { PLATFORM, type Scope } from '../../lib/scope'
import {
  EMPTY_VALUES,
  type IntegrateErrors,
  type IntegrateValues,
  checkValues,
  listedOf,
  listedText,
  tlsPolicy,
} from './integrateForm'

/** What the edit form holds: that of integrating, and the wish to have no account any more. */
export interface EditValues extends IntegrateValues {
  removeAccount: boolean
}

/** What was typed, and the registry it was typed for. */
export interface EditDraft {
  base: Registry
  values: EditValues
}

/** Whose registry it is: what is offered depends on that, not on where it is looked at. */
export function ownerScope({ owner }: Registry): Scope {
  return owner.type === 'workspace' ? { type: 'workspace', id: owner.id } : PLATFORM
}

/** The form as it opens. A secret is never shown, so its field is empty. */
export function valuesOf(registry: Registry): EditValues {
  return {
    ...EMPTY_VALUES,
    kind: registry.kind,
    name: registry.name,
    address: registry.address,
    // For the stored address it was given when it was stored.
    plainHttpConsent: isPlainHttp(registry.address),
    username: registry.username ?? '',
    tlsMode: registry.tls.mode,
    caPem: registry.tls.mode === 'ca' ? registry.tls.ca_pem : '',
    description: registry.description,
    listed: registry.listed ? listedText(registry.listed) : '',
    removeAccount: false,
  }
}

/** As the server compares: the case of the host, the usual port and a lone slash make no difference. */
function comparable(address: string): string {
  const full = withScheme(address)
  return URL.canParse(full) ? new URL(full).href : full
}

export function isMoved(base: Registry, address: string): boolean {
  return comparable(address) !== comparable(base.address)
}

/** The account's name after the edit; empty for none. */
function accountOf(values: EditValues): string {
  return values.removeAccount ? '' : values.username.trim()
}

function isRenamed(base: Registry, values: EditValues): boolean {
  return accountOf(values) !== (base.username ?? '')
}

/** An unencrypted connection has no certificate check: what stands there is neither shown nor changed. */
function isJudgedOtherwise(base: Registry, values: EditValues): boolean {
  if (isPlainHttp(values.address)) return false
  if (values.tlsMode !== base.tls.mode) return true
  return base.tls.mode === 'ca' && values.caPem.trim() !== base.tls.ca_pem.trim()
}

/** Whether other repositories are listed; the order of lines makes no difference. */
function isListedOtherwise(base: Registry, values: EditValues): boolean {
  const sorted = (text: string) => {
    const { repositories = [], prefixes = [] } = listedOf(text)
    const bare = prefixes.map((prefix) => prefix.replace(/\/?\*?$/, ''))
    return JSON.stringify([[...new Set(repositories)].sort(), [...new Set(bare)].sort()])
  }
  return sorted(values.listed) !== sorted(valuesOf(base).listed)
}

/** Whether address or certificate check differ from what is stored. */
export function isElsewhere(base: Registry, values: EditValues): boolean {
  return isMoved(base, values.address) || isJudgedOtherwise(base, values)
}

/** Whether the stored account would be used with another connection than the one it was given for. */
export function isReconnected(base: Registry, values: EditValues): boolean {
  return isElsewhere(base, values) || isRenamed(base, values)
}

/** Whether the password has to be given: a stored one is never used with another connection. */
export function needsPassword(base: Registry, values: EditValues): boolean {
  return accountOf(values) !== '' && isReconnected(base, values)
}

/** Takes what was typed. Consent to an unencrypted connection is for one address, so a new one needs it anew. */
export function withChange(base: Registry, before: EditValues, part: Partial<EditValues>): EditValues {
  const after = { ...before, ...part }
  if (part.address === undefined) return after
  const moved = isMoved(base, after.address)
  const kept = isMoved(base, before.address) && after.plainHttpConsent
  return { ...after, plainHttpConsent: isPlainHttp(after.address) && (!moved || kept) }
}

/** What is sent: only what differs from what is stored. */
export function toEdit(base: Registry, values: EditValues, saveAnyway: boolean): RegistryEdit {
  const description = values.description.trim()
  const account = accountOf(values)
  const moved = isMoved(base, values.address)
  return {
    ...(description === base.description.trim() ? {} : { description }),
    ...(isListedOtherwise(base, values) ? { listed: listedOf(values.listed) } : {}),
    ...(moved ? { address: withScheme(values.address) } : {}),
    ...(moved && isPlainHttp(values.address) ? { plain_http_consent: values.plainHttpConsent } : {}),
    ...(isRenamed(base, values) ? { username: account === '' ? null : account } : {}),
    ...(account !== '' && values.password !== '' ? { password: values.password } : {}),
    ...(isJudgedOtherwise(base, values) ? { tls: tlsPolicy(values) } : {}),
    ...(saveAnyway ? { save_anyway: true } : {}),
  }
}

/** Whether there is anything to save. */
export function isChanged(base: Registry, values: EditValues): boolean {
  return Object.keys(toEdit(base, values, false)).length > 0
}

/** What the connection test takes; the account as it will be. */
export function testedValues(values: EditValues): IntegrateValues {
  return values.removeAccount ? { ...values, username: '', password: '' } : values
}

/** What can be said without asking the server. It checks everything again. */
export function checkEdit(base: Registry, values: EditValues): IntegrateErrors {
  const { password: _, username: __, ...errors } = checkValues(testedValues(values))
  const problem = (pointer: string, code: 'field.required' | 'credential.binding_changed' | 'registry.password_missing') => ({
    [pointer]: { pointer, code, params: {} },
  })
  const had = base.username != null
  if (!values.removeAccount && values.username.trim() === '' && (had || values.password !== '')) {
    return { ...errors, ...problem('username', 'field.required') }
  }
  if (needsPassword(base, values) && values.password === '') {
    return { ...errors, ...problem('password', had ? 'credential.binding_changed' : 'registry.password_missing') }
  }
  return errors
}

const CARRIED = ['address', 'username', 'tlsMode', 'caPem', 'listed', 'description'] as const

/**
 * Puts what was typed for `old` on what somebody else has stored since. What was not touched becomes theirs; a
 * password goes when the connection it was typed for is another one now.
 */
export function rebased(old: Registry, theirs: Registry, mine: EditValues): EditValues {
  const before = valuesOf(old)
  let values: EditValues = { ...valuesOf(theirs), removeAccount: mine.removeAccount && theirs.username != null }
  for (const field of CARRIED) {
    if (mine[field] !== before[field]) values = { ...values, [field]: mine[field] }
  }
  const moved = isMoved(theirs, values.address)
  return {
    ...values,
    password: isReconnected(old, valuesOf(theirs)) ? '' : mine.password,
    plainHttpConsent: isPlainHttp(values.address) && (!moved || mine.plainHttpConsent),
  }
}

/** The parts of a registry that differ between two versions of it, for telling somebody what changed meanwhile. */
export function changedParts(old: Registry, theirs: Registry): ('address' | 'username' | 'tls' | 'listed' | 'description' | 'password')[] {
  const parts = [
    isMoved(old, theirs.address) && ('address' as const),
    (old.username ?? '') !== (theirs.username ?? '') && ('username' as const),
    JSON.stringify(old.tls) !== JSON.stringify(theirs.tls) && ('tls' as const),
    JSON.stringify(old.listed) !== JSON.stringify(theirs.listed) && ('listed' as const),
    old.description !== theirs.description && ('description' as const),
  ].filter((part) => part !== false)
  // The secret is the one thing of it that is changed without being seen.
  return parts.length > 0 ? parts : ['password']
}
