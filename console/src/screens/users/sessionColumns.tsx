import { IconDeviceDesktop } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import type { OpenSession } from '../../api/types'
import { useTexts } from '../../i18n/context'
import type { Texts } from '../../i18n/en'
import type { Formatters } from '../../i18n/format'
import { Age } from '../../ui/Age'
import { Chip } from '../../ui/Chip'
import type { Column } from '../../ui/DataTable'

/** What there is to tell about an open session; `action` ends it. */
export function sessionColumns(
  texts: Texts,
  format: Formatters,
  action: (session: OpenSession) => ReactNode,
): Column<OpenSession>[] {
  const words = texts.people.sessions
  return [
    {
      id: 'source',
      header: words.address,
      rowHeader: true,
      cell: (session) =>
        session.source_address ? (
          <code className="mono">{session.source_address}</code>
        ) : (
          <span className="muted">{words.unknownAddress}</span>
        ),
    },
    { id: 'seen', header: words.lastSeen, cell: (session) => <Age at={session.last_seen_at} /> },
    {
      id: 'opened',
      header: words.opened,
      cell: (session) => (
        <time className="num" dateTime={session.created_at} title={format.exactTime(session.created_at)}>
          {format.dateTime(session.created_at)}
        </time>
      ),
    },
    {
      id: 'expires',
      header: words.expires,
      cell: (session) => (
        <time className="num" dateTime={session.expires_at} title={format.exactTime(session.expires_at)}>
          {format.dateTime(session.expires_at)}
        </time>
      ),
    },
    { id: 'end', header: words.actions, hiddenHeader: true, align: 'end', cell: action },
  ]
}

/** The accessible name of the button that ends a session: several stand below each other. */
export function endLabel(texts: Texts, format: Formatters, session: OpenSession): string {
  const words = texts.people.sessions
  return words.endOne(session.source_address ?? words.unknownAddress, format.dateTime(session.created_at))
}

/** Marks the session that looks at the list: it ends by signing out. */
export function CurrentSession() {
  const texts = useTexts()
  return (
    <Chip tone="accent" icon={<IconDeviceDesktop size={13} aria-hidden />}>
      {texts.people.sessions.current}
    </Chip>
  )
}
