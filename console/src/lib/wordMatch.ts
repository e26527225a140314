/**
 * Those whose label contains every word of `words`, in any order and case; a label that begins with the first word
 * comes before one that only contains it. Without words all of them, as they stand.
 */
export function matching<T extends { label: string }>(entries: readonly T[], words: string): T[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean)
  const [first] = wanted
  if (first === undefined) return [...entries]
  const fitting = entries.filter(({ label }) => {
    const text = label.toLowerCase()
    return wanted.every((word) => text.includes(word))
  })
  const begins = ({ label }: T) => label.toLowerCase().startsWith(first)
  return [...fitting.filter(begins), ...fitting.filter((entry) => !begins(entry))]
}
