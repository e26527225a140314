import type { Crawl } from '../../../api/types'
import { hooks } from './hooks'
import { sharing } from './sharing'

/** What an overview of a registry says. */
export const overview = {
  crawl: {
    title: 'Reading',
    never: 'Not read yet',
    neverHelp: 'Roadstead reads a registry by itself once it answers. Names come first, then tags, then what they point at.',
    status: {
      running: 'Reading',
      paused: 'Waiting',
      finished: 'Up to date',
      cancelled: 'Stopped',
    } satisfies Record<NonNullable<Crawl['status']>, string>,
    phase: {
      names: 'Reading the names of repositories',
      tags: 'Reading tags',
      manifests: 'Reading manifests',
    } satisfies Record<NonNullable<Crawl['phase']>, string>,
    step: (number: string) => `Step ${number} of 3`,
    progress: 'Progress of this step',
    pausedHelp: 'It goes on by itself where it stopped.',
    cancelledHelp: 'What was read until then stays.',
    readAgain: 'Read again now',
    readNow: 'Read now',
    stop: 'Stop reading',
    started: 'The registry is read as soon as its turn comes.',
    stopped: 'The reading is stopped. What was read stays.',
    of: (done: string, all: string) => `${done} of ${all}`,
    listed: 'Repositories',
    tags: 'Tags',
    manifests: 'Manifests',
    requests: 'Requests',
    rate: 'Speed',
    perMinute: (count: string) => `${count} requests a minute`,
    remaining: (time: string) => `about ${time} left`,
    began: 'Started',
    ended: 'Ended',
    next: 'Next reading',
    inTime: (time: string) => `in ${time}`,
    soon: 'soon',
    skipped: 'Names passed over',
    lastTrouble: 'Last trouble',
    broken: (count: string, singular: boolean) =>
      singular ? `${count} repository could not be read` : `${count} repositories could not be read`,
    brokenHelp: 'The others are read all the same. Each says its reason in the list.',
    brokenLink: 'Show repositories',
    failedTitle: 'How far the reading is could not be loaded',
  },

  history: {
    title: 'Over time',
    storage: 'Storage',
    tags: 'Tags',
    change: (from: string, to: string, fromDay: string, toDay: string) =>
      `From ${from} on ${fromDay} to ${to} on ${toDay}`,
    none: 'No figures yet. One is kept each day.',
    first: 'The first day of figures. The line begins tomorrow.',
    failedTitle: 'The figures could not be loaded',
  },

  largest: {
    title: 'Largest repositories',
    none: 'No sizes yet. They come with the manifests.',
    spaces: 'Largest spaces',
    noneOfSpaces: 'This registry does not say what its spaces take.',
  },

  hooks,
  sharing,
}
