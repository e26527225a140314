/** Search parameters as plain text. A key that occurs more than once yields a list. */
export type SearchRecord = Record<string, string | string[]>

/** Reads `?a=1&b=x&b=y`. Nothing is guessed: `q=1` stays the text "1". */
export function parseSearch(search: string): SearchRecord {
  const params = new URLSearchParams(search)
  const record: SearchRecord = {}
  for (const key of new Set(params.keys())) {
    const values = params.getAll(key)
    record[key] = values.length === 1 ? (values[0] ?? '') : values
  }
  return record
}

/** Writes what `parseSearch` reads; absent and empty values are left out. */
export function stringifySearch(search: Record<string, unknown>): string {
  const params = new URLSearchParams()
  for (const [key, value] of Object.entries(search)) {
    for (const each of Array.isArray(value) ? value : [value]) {
      if (each !== undefined && each !== null && each !== '' && each !== false) params.append(key, String(each))
    }
  }
  const text = params.toString()
  return text === '' ? '' : `?${text}`
}

/** A parameter that is a text with something in it. */
export function optionalText(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined
}

/** Whether a parameter opens what it is named after. */
export function isSwitchedOn(value: unknown): boolean {
  return value === 'true' || value === true
}
