/** Deleting a tag or an artifact. */
export const deletion = {
  tagTitle: (tag: string) => `Delete tag ${tag}?`,
  artifactTitle: (digest: string) => `Delete artifact ${digest}?`,
  looking: 'The registry is asked what would go…',
  failedTitle: 'What would go could not be found out',
  lookAgain: 'Look again',

  from: (repository: string) => `It is deleted in the repository ${repository} of the registry itself, and cannot be brought back.`,
  tagAlone: 'Only this tag goes. The artifact stays until the registry collects its garbage.',
  tagLeaves: (others: string, singular: boolean) =>
    `Only this tag goes. The artifact stays: ${others} other ${singular ? 'tag points' : 'tags point'} at it.`,
  tagWithArtifact: 'No other tag points at its artifact, so the artifact goes with it.',
  artifactTags: (count: string, singular: boolean) => `The artifact goes with its ${count} ${singular ? 'tag' : 'tags'}:`,
  artifactAlone: 'The artifact goes. No tag points at it.',
  alreadyGone: 'The registry does not have it any more. What Roadstead remembers of it is taken away.',
  more: (count: string) => `and ${count} more`,
  children: (count: string, singular: boolean) =>
    `${count} ${singular ? 'manifest is' : 'manifests are'} left without an index`,
  childrenHelp: 'Nothing else in the repository leads to them.',
  referrers: (count: string, singular: boolean) =>
    `${count} ${singular ? 'artifact refers' : 'artifacts refer'} to it, such as signatures and SBOMs`,
  referrersHelp: 'They stay, and refer to nothing after that.',
  attached: (count: string, singular: boolean) =>
    `${count} ${singular ? 'tag is' : 'tags are'} named after its digest`,
  attachedHelp: 'Such tags carry signatures and the like. They stay.',
  notAllTitle: 'Not every tag was looked at',
  notAll: 'The repository has too many. More tags that were pushed lately may go with the artifact.',
  otherDigestTitle: 'The tag points at something else than in the list',
  otherDigest: (digest: string) => `What is shown here is about ${digest}, which it points at now.`,

  sharedTitle: 'Other tags point at the same artifact',
  shared: 'This registry cannot take a tag away alone. These tags would all go:',
  deleteArtifact: (count: string, singular: boolean) => `Delete the artifact with its ${count} ${singular ? 'tag' : 'tags'}…`,
  listedTitle: 'An index lists this artifact',
  listed: 'Without it the index could not be pulled any more. Delete the index first:',
  untagged: (digest: string) => `without a tag, ${digest}`,

  movedTitle: 'The tag has moved meanwhile',
  moved: 'Nothing was deleted. It was looked at again: what is shown now is new.',
  changedTitle: 'Something has changed meanwhile',

  confirm: (repository: string) => `Type ${repository} to delete all of these tags`,
  submitTags: (count: string, singular: boolean) => `Delete ${count} ${singular ? 'tag' : 'tags'}`,
  submit: 'Delete',
  submitArtifact: 'Delete artifact',
  submitGone: 'Take it away',
  doneTag: (tag: string) => `Tag ${tag} is deleted.`,
  doneArtifact: (digest: string) => `Artifact ${digest} is deleted.`,
  doneTags: (count: string) => `The artifact is deleted with its ${count} tags.`,
  doneGone: 'It was gone already. The lists follow.',
}
