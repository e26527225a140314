import type { Health } from '../../api/types'

/** One bar of the strip, in parts that are already written the way the language writes them. */
export interface BarParts {
  from: string
  to: string
  state: string
  reason: string | undefined
  time: string | undefined
}

export const strip = {
  title: 'Last 48 hours',
  begin: '48 hours ago',
  now: 'now',
  state: {
    healthy: 'Healthy',
    degraded: 'Degraded',
    unhealthy: 'Unhealthy',
    unknown: 'Not observed',
  } satisfies Record<Health, string>,
  bar: ({ from, to, state, reason, time }: BarParts) =>
    `${from} – ${to}: ${state}${time ? ` for ${time}` : ''}${reason ? ` · ${reason}` : ''}`,
}

export const certificate = {
  goodUntil: (date: string) => `Good until ${date}`,
  endedOn: (date: string) => `Expired on ${date}`,
  left: (days: string, one: boolean) => (one ? `${days} day left` : `${days} days left`),
  ended: 'Certificate expired',
  issuedBy: (issuer: string) => `Issued by ${issuer}`,
  selfSigned: 'Signed by itself',
}

export const otherScheme = {
  https: 'This server speaks TLS here, the address says http://.',
  http: 'This server speaks plain http here, the address says https://.',
  toHttps: 'Use https://',
  toHttp: 'Use http://',
  httpHelp: 'Over http:// the password and every image travel readable; you are asked to allow it first.',
}
