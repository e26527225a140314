import type { KnownDocument } from '../../../lib/documents'

/** What artifacts are made of, from their registries. */
export const contents = {
  download: 'Download',
  downloadOf: (what: string, size: string) => `Download ${what}, ${size}`,
  copyWhole: 'Copy',
  copyOf: (what: string) => `Copy ${what}`,

  manifest: {
    title: 'Raw manifest',
    help: 'The bytes as the registry has them now. They are fetched when you ask for them, and held against the digest.',
    show: 'Show',
    hide: 'Hide',
    what: 'the manifest',
    text: 'Text of the manifest',
    cut: (shown: string, size: string) => `The first ${shown} of ${size} are shown. Download it for the rest.`,
    fetching: 'Being fetched from the registry',
  },

  documents: {
    title: 'Contents',
    help: 'Read from the registry when you download it',
    config: 'Configuration',
    part: (number: string) => `Part ${number}`,
    known: { chart: 'Chart archive', provenance: 'Provenance' } satisfies Record<KnownDocument, string>,
    digestOf: (part: string) => `digest of ${part}`,
    tooLarge: (limit: string) => `Above ${limit}: fetch it with a client`,
    elsewhere: 'Stored elsewhere',
    preview: 'Preview',
    previewOf: (part: string) => `Preview ${part}`,
    hidePreview: 'Hide preview',
    beginningOf: (part: string) => `Beginning of ${part}`,
    cut: 'Only the beginning is shown.',
    none: 'It holds nothing.',
    showAll: (count: string) => `Show all ${count}`,
    showOf: (kind: string) => `Show documents of ${kind}`,
    hideOf: (kind: string) => `Hide documents of ${kind}`,
    column: 'Documents',
    show: 'Show',
    hide: 'Hide',
    unread: 'Nobody has read it yet, so what it holds is not known.',
    noDocuments: 'It is an image or a list, which a client pulls.',
  },
}
