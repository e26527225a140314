import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { describe, expect, it } from 'vitest'

const source = join(import.meta.dirname, '..')

describe('the component kit', () => {
  it('is imported by the ui folder only, so that it can be changed in one place', () => {
    const offenders = readdirSync(source, { recursive: true, encoding: 'utf8' })
      .filter((path) => /\.(tsx?|css)$/.test(path) && !path.startsWith(`ui${sep}`))
      .filter((path) => readFileSync(join(source, path), 'utf8').includes('@mantine/'))
      .map((path) => relative(source, join(source, path)))
    expect(offenders).toEqual([])
  })
})
