import { IconBan, IconCheck, IconChevronDown, IconChevronRight } from '@tabler/icons-react'
import type { AuditEntry } from '../../api/types'
import type { AuditTexts } from '../../i18n/books/audit'
import type { Texts } from '../../i18n/en'
import type { Formatters } from '../../i18n/format'
import { Chip } from '../../ui/Chip'
import type { Column } from '../../ui/DataTable'
import { IconButton } from '../../ui/IconButton'
import { actionText, actorText, kindText, refusalText } from './auditText'

interface AuditColumnsOptions {
  texts: Texts
  audit: AuditTexts
  format: Formatters
  isOpen: (entry: AuditEntry) => boolean
  onToggle: (entry: AuditEntry) => void
}

export function auditColumns({ texts, audit, format, isOpen, onToggle }: AuditColumnsOptions): Column<AuditEntry>[] {
  const names = audit.columns
  return [
    {
      id: 'time',
      header: names.time,
      cell: (entry) => (
        <time className="num" dateTime={entry.at} title={format.exactTime(entry.at)}>
          {format.second(entry.at)}
        </time>
      ),
    },
    {
      id: 'actor',
      header: names.actor,
      cell: (entry) => (
        <span className={entry.actor.type === 'user' ? undefined : 'muted'}>{actorText(audit, entry.actor)}</span>
      ),
    },
    { id: 'action', header: names.action, rowHeader: true, cell: (entry) => actionText(audit, entry.action) },
    {
      id: 'object',
      header: names.object,
      cell: (entry) => (
        <>
          <span className="muted">{kindText(audit, entry.object.kind)}</span>{' '}
          <ObjectName object={entry.object} />
        </>
      ),
    },
    {
      id: 'outcome',
      header: names.outcome,
      cell: (entry) =>
        entry.outcome === 'done' ? (
          <Chip tone="ok" icon={<IconCheck size={13} aria-hidden />}>
            {audit.outcomes.done}
          </Chip>
        ) : (
          <span className="outcome">
            <Chip tone="bad" icon={<IconBan size={13} aria-hidden />}>
              {audit.outcomes.refused}
            </Chip>
            <span className="fine">{refusalText(texts, entry)}</span>
          </span>
        ),
    },
    {
      id: 'repeats',
      header: names.repeats,
      align: 'end',
      cell: (entry) => <span className={entry.repeats > 1 ? 'num' : 'num once'}>{format.number(entry.repeats)}</span>,
    },
    {
      id: 'details',
      header: names.details,
      hiddenHeader: true,
      align: 'end',
      cell: (entry) => {
        const open = isOpen(entry)
        return (
          <IconButton
            label={audit.details(actionText(audit, entry.action), format.second(entry.at))}
            size={30}
            withTip={false}
            aria-expanded={open}
            onClick={() => onToggle(entry)}
          >
            {open ? <IconChevronDown size={16} aria-hidden /> : <IconChevronRight size={16} aria-hidden />}
          </IconButton>
        )
      },
    },
  ]
}

/** Its name then; of one whose name was not known, its id. What there is only one of needs neither. */
function ObjectName({ object }: { object: AuditEntry['object'] }) {
  if (object.kind === 'audit' || object.kind === 'setup') return null
  if (object.name !== '') return <span>{object.name}</span>
  return <code className="mono muted">{object.id}</code>
}
