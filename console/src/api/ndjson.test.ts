import { describe, expect, it } from 'vitest'
import { readNdjson } from './ndjson'

function streamOf(...chunks: (string | Uint8Array)[]): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(typeof chunk === 'string' ? encoder.encode(chunk) : chunk)
      controller.close()
    },
  })
}

async function collect(stream: ReadableStream<Uint8Array>): Promise<unknown[]> {
  const values: unknown[] = []
  for await (const value of readNdjson(stream)) values.push(value)
  return values
}

describe('readNdjson', () => {
  it('yields a value for each line', async () => {
    expect(await collect(streamOf('{"a":1}\n{"a":2}\n'))).toEqual([{ a: 1 }, { a: 2 }])
  })

  it('puts a line together that comes in pieces, even inside a character', async () => {
    const bytes = new TextEncoder().encode('{"t":"镜"}\n')
    expect(await collect(streamOf(bytes.slice(0, 7), bytes.slice(7, 8), bytes.slice(8)))).toEqual([{ t: '镜' }])
  })

  it('reads a last line without its end and skips empty ones', async () => {
    expect(await collect(streamOf('{"a":1}\r\n\n', '{"a":2}'))).toEqual([{ a: 1 }, { a: 2 }])
  })

  it('yields a line before the stream ends', async () => {
    let controller: ReadableStreamDefaultController<Uint8Array> | undefined
    const stream = new ReadableStream<Uint8Array>({
      start(each) {
        controller = each
      },
    })
    const reader = readNdjson(stream)
    controller?.enqueue(new TextEncoder().encode('{"a":1}\n{"a"'))
    expect((await reader.next()).value).toEqual({ a: 1 })
  })

  it('fails on a line that is not JSON', async () => {
    await expect(collect(streamOf('{"a":1}\n<html>\n'))).rejects.toThrow(SyntaxError)
  })
})
