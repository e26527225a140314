import { describe, expect, it } from 'vitest'
import type { BuildStep, Descriptor } from '../api/types'
import { bareLayers, builtAt, bytesBefore, envPair, formatName, matchLayers, sharingOf, stepText } from './artifact'
import { textBytes } from './textBytes'

const layer = (id: string): Descriptor => ({ digest: `sha256:${id}`, media_type: 'x', size_bytes: 1, foreign: false })
const step = (command: string, empty = false): BuildStep => ({ created_by: command, empty_layer: empty })

describe('layers and the build that made them', () => {
  it('go together one by one, past the steps that made none', () => {
    const matched = matchLayers([layer('a'), layer('b')], [step('FROM'), step('ENV', true), step('RUN')])
    expect(matched?.map(({ step, layer, number }) => [step?.created_by, layer?.digest ?? null, number])).toEqual([
      ['FROM', 'sha256:a', 1],
      ['ENV', null, null],
      ['RUN', 'sha256:b', 2],
    ])
  })

  it('are told apart where the numbers do not fit', () => {
    expect(matchLayers([layer('a')], [step('FROM'), step('RUN')])).toBeNull()
    expect(matchLayers([layer('a'), layer('b')], [step('FROM')])).toBeNull()
    expect(bareLayers([layer('a'), layer('b')]).map(({ number }) => number)).toEqual([1, 2])
  })

  it('show the command without what the builder put around it', () => {
    expect(stepText('/bin/sh -c #(nop)  CMD ["sh"]')).toBe('CMD ["sh"]')
    expect(stepText('/bin/sh -c apt-get update')).toBe('RUN apt-get update')
    expect(stepText('RUN /bin/sh -c make # buildkit')).toBe('RUN make')
    expect(stepText('COPY . /app # buildkit')).toBe('COPY . /app')
    expect(stepText('bazel build ...')).toBe('bazel build ...')
  })
})

describe('the time something was built', () => {
  const created = (annotation: string | undefined, told: string | null, reproducible = false) =>
    builtAt({
      annotations: annotation === undefined ? {} : { 'org.opencontainers.image.created': annotation },
      created_at: told,
      reproducible,
    })

  it('is the annotation’s before the configuration’s', () => {
    expect(created('2026-01-02T03:04:05Z', '2025-01-01T00:00:00Z')).toEqual({ at: '2026-01-02T03:04:05.000Z' })
    expect(created('yesterday', '2025-01-01T00:00:00Z')).toEqual({ at: '2025-01-01T00:00:00.000Z' })
  })

  it('is none where the beginning of the epoch stands for it', () => {
    expect(created(undefined, '1970-01-01T00:00:00Z')).toBe('reproducible')
    expect(created(undefined, '1970-01-01T00:00:01Z')).toBe('reproducible')
    expect(created(undefined, null, true)).toBe('reproducible')
    expect(created('1970-01-01T00:00:00Z', '2025-01-01T00:00:00Z')).toEqual({ at: '2025-01-01T00:00:00.000Z' })
    expect(created(undefined, '0001-01-01T00:00:00Z')).toBeNull()
    expect(created(undefined, null)).toBeNull()
  })
})

describe('a format', () => {
  it('is read from the artifact type, the configuration or the layers', () => {
    const of = (artifact_type: string | null, layers: string[] = []) =>
      formatName({ artifact_type, config: null, layers: layers.map((media_type) => ({ ...layer('a'), media_type })) })
    expect(of('application/spdx+json')).toBe('SPDX')
    expect(of(null, ['application/vnd.dev.cosign.simplesigning.v1+json'])).toBe('Cosign')
    expect(of(null, ['application/vnd.in-toto+json'])).toBe('in-toto')
    expect(of('application/vnd.example.wasm')).toBeNull()
  })
})

describe('a variable', () => {
  it('is cut at its first equals sign', () => {
    expect(envPair('OPTS=-a=b')).toEqual(['OPTS', '-a=b'])
    expect(envPair('BARE')).toEqual(['BARE', ''])
  })
})

describe('a layer', () => {
  const shared = (value: number, exact: boolean, other_repositories: number) =>
    sharingOf({
      layers: [{ digest: 'sha256:a', size_bytes: 1, other_artifacts: { value, exact }, other_repositories, examples: [] }],
    }).get('sha256:a')

  it('is alone only where everything was looked at', () => {
    expect(shared(0, true, 0)).toMatchObject({ alone: true, atLeast: false })
    expect(shared(0, false, 0)).toMatchObject({ alone: false, atLeast: true })
    expect(shared(0, true, 2)).toMatchObject({ alone: false, repositories: 2 })
    expect(shared(3, false, 0)).toMatchObject({ alone: false, artifacts: 3, atLeast: true })
  })
})

describe('a text', () => {
  it('has the bytes that it travels with', () => {
    expect(textBytes('a长')).toBe(4)
  })
})

describe('what a text had before it was cut', () => {
  it('is told of those that were, and of none that only has the name of what every object has', () => {
    const cut = JSON.parse('{"long":65536}') as Record<string, number>
    expect(bytesBefore(cut, 'long')).toBe(65_536)
    for (const name of ['short', 'constructor', 'toString', '__proto__']) expect(bytesBefore(cut, name)).toBeUndefined()
  })
})
