import type { ReasonTexts } from '../texts'

export const reasons: ReasonTexts = {
  NotChecked: { short: 'Not checked', sentence: 'It has not been checked yet.' },
  ConnectionRefused: { short: 'Refused', sentence: 'The connection is refused: nothing listens at this address and port.' },
  NameUnresolved: { short: 'Name not found', sentence: 'The name of the address cannot be resolved.' },
  Timeout: { short: 'No answer', sentence: 'The registry does not answer in time.' },
  ConnectionReset: { short: 'Connection cut', sentence: 'The connection is cut before an answer arrives.' },
  TlsFailed: { short: 'TLS failed', sentence: 'No trusted encrypted connection can be made.' },
  NotARegistry: { short: 'Not a registry', sentence: 'Something answers at this address, but it is not a registry.' },
  ServerError: { short: 'Server error', sentence: 'The registry answers with an error of its own.' },
  CredentialsRejected: { short: 'Account rejected', sentence: 'The registry rejects the stored account.' },
  TokenServiceUnconfirmed: { short: 'Token service new', sentence: 'The registry sends the account to a token service that was not confirmed.' },
  RateLimited: { short: 'Rate limited', sentence: 'The registry answers that it is asked too often.' },
  ProtocolError: { short: 'Protocol error', sentence: 'The registry answers in a way that cannot be understood.' },
  AddressRefused: { short: 'Address refused', sentence: 'Roadstead may not connect to this address.' },
  Reachable: { short: 'Answers', sentence: 'The registry answers as it should.' },
  SlowAnswers: { short: 'Slow', sentence: 'The registry answers, but slowly.' },
  CredentialsAccepted: { short: 'Accepted', sentence: 'The registry accepts the stored account.' },
  NoCredentials: { short: 'No account', sentence: 'There is no account to check.' },
  CredentialUnreadable: { short: 'Account unreadable', sentence: 'The stored account cannot be decrypted.' },
  NotTested: { short: 'Not passed yet', sentence: 'The connection test has not passed yet.' },
  Tested: { short: 'All steps passed', sentence: 'The whole connection test has passed.' },
}
