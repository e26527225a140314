/** Cuts a name behind each slash and hyphen, where a line may best be broken. */
export function namePieces(name: string): string[] {
  return name.match(/[^/-]*[/-]+|[^/-]+/g) ?? []
}
