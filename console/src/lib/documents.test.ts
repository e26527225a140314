import { describe, expect, it } from 'vitest'
import type { Descriptor } from '../api/types'
import { documentsOf, isReadable } from './documents'

const of = (media_type: string): Descriptor => ({ digest: `sha256:${media_type}`, media_type, size_bytes: 1, foreign: false })

describe('the documents of an artifact', () => {
  it('are its parts and its configuration, unless there is none', () => {
    const layers = [of('application/spdx+json'), of('text/plain')]
    const config = of('application/vnd.cncf.helm.config.v1+json')
    expect(documentsOf({ layers, config }).map((each) => each.number)).toEqual([1, 2, null])
    expect(documentsOf({ layers, config: of('application/vnd.oci.empty.v1+json') })).toHaveLength(2)
    expect(documentsOf({ layers: [], config: null })).toEqual([])
  })

  it('are known by their type for what a chart has, and for nothing else', () => {
    const layers = [
      of('application/vnd.cncf.helm.chart.content.v1.tar+gzip'),
      of('application/vnd.cncf.helm.chart.provenance.v1.prov'),
      of('constructor'),
    ]
    expect(documentsOf({ layers, config: null }).map((each) => each.known)).toEqual(['chart', 'provenance', null])
  })

  it.each([
    ['application/spdx+json', true],
    ['application/json; charset=utf-8', true],
    ['text/spdx', true],
    ['application/vnd.cyclonedx+xml', true],
    ['application/vnd.cncf.helm.chart.content.v1.tar+gzip', false],
    ['application/octet-stream', false],
    ['application/jsonish', false],
    ['', false],
  ])('%s can be read: %s', (mediaType, readable) => {
    expect(isReadable(mediaType)).toBe(readable)
  })
})
