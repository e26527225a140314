const encoder = new TextEncoder()

/** The bytes of a text as it travels: UTF-8. */
export function textBytes(text: string): number {
  return encoder.encode(text).length
}
