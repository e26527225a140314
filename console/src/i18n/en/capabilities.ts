import type { CapabilityName, CapabilityReason, CapabilityStatus } from '../../api/types'

export const capabilities = {
  title: 'What this registry can do',
  seen: 'seen',
  help: 'Seen by asking, about once an hour. The questions change nothing at the registry.',
  name: {
    catalogue: 'List repositories',
    pull: 'Pull with the account',
    anonymous_pull: 'Pull by everybody',
    push: 'Push',
    deletion: 'Delete artifacts',
    tag_deletion: 'Delete a single tag',
    referrers: 'Find signatures and SBOMs',
    events: 'Report pushes by itself',
  } satisfies Record<CapabilityName, string>,
  status: {
    available: 'Yes',
    missing: 'No',
    unknown: 'Not known',
  } satisfies Record<CapabilityStatus, string>,
  reason: {
    NotObservedYet: 'Nobody has looked yet.',
    NeverTried: 'Only a push would show it, and Roadstead has made none.',
    NoneSeen: 'No event has come yet.',
    NoAnswer: 'The registry did not answer the question.',
    Unclear: 'The registry’s answer can mean either.',
    NoRepository: 'There is no image yet to ask about.',
    NoAccount: 'This is only asked with an account.',
    NotAllowed: 'The account may not do this.',
    NotOffered: 'This registry does not offer it.',
    SwitchedOff: 'It is switched off at the registry.',
  } satisfies Record<CapabilityReason, string>,
  otherProduct: (product: string) => `The server says it is ${product}. It is used here by the OCI API, with what that offers.`,
  advisory: (id: string, fixedIn: string) => `This version has the known hole ${id}. It is mended in ${fixedIn}.`,
}

export const listed = {
  label: 'Repositories',
  advanced: 'Repositories, for a registry that cannot list its own',
  help: 'One on each line, without host and tag. A line such as team/* stands for everything below team. Only needed where the registry cannot list its repositories.',
  helpMissing: 'This registry does not list its repositories. Name those to look at, one on each line, without host and tag. A line such as team/* stands for everything below team.',
  line: (name: string, text: string) => `“${name}”: ${text}`,
}
