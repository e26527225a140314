/** How something is fetched with the clients people have. */
export const commands = {
  title: 'Fetch it',
  client: 'Client',
  by: 'Named by',
  byTag: 'Tag',
  byDigest: 'Digest',
  tag: 'Tag',
  command: (client: string) => `${client} command`,
  noTag: 'No tag points at it: it is named by its digest.',
  needs: {
    dockerInsecure: (host: string) =>
      `The registry is unencrypted: Docker refuses it until ${host} stands under insecure-registries in its daemon.json.`,
    runtimeInsecure: (host: string) =>
      `The registry is unencrypted: the container runtime refuses it until its configuration says http for ${host}.`,
    helmDigest: () => 'Helm can do this from 3.18 on.',
  },
  refused: {
    odd: 'No command is given: the name holds characters that a terminal would act on.',
    notAVersion: 'Helm fetches charts by version, and this tag is none. Name it by its digest.',
  },
}
