import type { ServerIdentity } from '../../api/types'
import { useTexts } from '../../i18n/context'
import type { Texts } from '../../i18n/en'

interface ServerComparisonProps {
  expected: ServerIdentity | null | undefined
  seen: ServerIdentity
}

interface Row {
  name: string
  expected: string
  seen: string
  mono?: boolean
}

/** The server that was expected beside the one that answers; what differs is marked. */
export function ServerComparison({ expected, seen }: ServerComparisonProps) {
  const texts = useTexts()
  const words = texts.registryCare
  const rows = rowsOf(texts, expected, seen)
  return (
    <div className="table-scroll">
      <table className="servers">
        <thead>
          <tr>
            <td />
            <th scope="col">{words.expected}</th>
            <th scope="col">{words.seen}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.name} data-differs={row.expected !== row.seen || undefined}>
              <th scope="row">{row.name}</th>
              <td className={row.mono ? 'mono break' : 'break'} data-of={words.expected}>
                {row.expected}
              </td>
              <td className={row.mono ? 'mono break' : 'break'} data-of={words.seen}>
                {row.seen}
                {row.expected !== row.seen && <span className="fine differs"> {words.different}</span>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function rowsOf(texts: Texts, expected: ServerIdentity | null | undefined, seen: ServerIdentity): Row[] {
  const words = texts.registryCare
  const both = (name: string, of: (server: ServerIdentity) => string | null | undefined, mono = false): Row => ({
    name,
    expected: (expected && of(expected)) ?? words.nothing,
    seen: of(seen) ?? words.nothing,
    mono,
  })
  const realm = (server: ServerIdentity) => (server.realm === 'own' ? words.ownRealm : server.realm)
  const takesTokens = [expected?.auth, seen.auth].some((auth) => auth === 'bearer' || auth === 'basic_or_bearer')
  const rows = [
    both(words.product, (server) => texts.kind[server.product]),
    both(words.auth, (server) => words.authScheme[server.auth]),
    both(words.service, (server) => server.service, true),
    both(takesTokens ? words.realm : words.basicRealm, realm, true),
    both(words.key, (server) => server.key, true),
  ]
  // What neither says tells nothing.
  return rows.filter((row) => row.expected !== words.nothing || row.seen !== words.nothing)
}
