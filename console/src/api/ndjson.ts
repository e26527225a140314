/**
 * Reads a stream of newline-delimited JSON and yields each value as soon as its line is complete.
 * A chunk may end inside a line or inside a multi-byte character. A line that is not JSON is an error:
 * the stream was cut or is not what was asked for.
 */
export async function* readNdjson(stream: ReadableStream<Uint8Array>): AsyncGenerator<unknown> {
  const reader = stream.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  try {
    for (;;) {
      const { done, value } = await reader.read()
      rest += done ? decoder.decode() : decoder.decode(value, { stream: true })
      const lines = rest.split('\n')
      rest = done ? '' : (lines.pop() ?? '')
      for (const line of lines) {
        if (line.trim() !== '') yield JSON.parse(line)
      }
      if (done) return
    }
  } finally {
    reader.releaseLock()
  }
}
