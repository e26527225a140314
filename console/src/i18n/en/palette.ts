/** The command palette and the keyboard shortcuts. */
export const palette = {
  open: 'Search and commands',
  short: 'Search',
  title: 'Search and commands',
  placeholder: 'Find something or run a command',
  results: 'Results',
  groups: { pages: 'Pages', actions: 'Actions', registries: 'Registries', workspaces: 'Workspaces', users: 'Users' },
  searching: 'Searching…',
  count: (count: string, singular: boolean) => `${count} ${singular ? 'result' : 'results'}`,
  none: (words: string) => `Nothing found for “${words}”`,
  noneHelp: 'Names are searched. Try fewer letters.',
  failed: 'The search failed. Pages and actions still work.',
  shortcuts: 'Keyboard shortcuts',
  keys: { move: 'to move', choose: 'to choose', close: 'to close' },
  shortcut: {
    palette: 'Search and commands',
    filter: 'Go to the filter of the table',
    help: 'Show this list',
    close: 'Close what is open',
  },
  single: 'Single-key shortcuts',
  singleHelp: 'Switch them off if they get in the way of speech input.',
}
