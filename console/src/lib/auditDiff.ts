/** One field of an object, before and after. A side that did not have it is null. */
export interface DiffRow {
  path: string
  before: string | null
  after: string | null
}

type Fields = Map<string, string>

/** Every leaf by its path: `tls.mode`. Texts as they are, everything else as JSON. */
function leaves(value: unknown, path: string, found: Fields): void {
  const isObject = value !== null && typeof value === 'object' && !Array.isArray(value)
  if (isObject && (path === '' || Object.keys(value).length > 0)) {
    for (const [key, inner] of Object.entries(value)) leaves(inner, path === '' ? key : `${path}.${key}`, found)
    return
  }
  found.set(path, typeof value === 'string' ? value : JSON.stringify(value))
}

function fieldsOf(value: unknown): Fields {
  const found: Fields = new Map()
  if (value !== null && value !== undefined) leaves(value, '', found)
  return found
}

/** What differs between two states of an object; of one that was made or ended, everything. */
export function auditDiff(before: unknown, after: unknown): DiffRow[] {
  const old = fieldsOf(before)
  const current = fieldsOf(after)
  return [...new Set([...old.keys(), ...current.keys()])]
    .map((path) => ({ path, before: old.get(path) ?? null, after: current.get(path) ?? null }))
    .filter((row) => row.before !== row.after)
}
