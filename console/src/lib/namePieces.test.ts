import { describe, expect, it } from 'vitest'
import { namePieces } from './namePieces'

describe('the pieces of a name', () => {
  it.each([
    ['api', ['api']],
    ['team/api', ['team/', 'api']],
    ['team/my-api', ['team/', 'my-', 'api']],
    ['a//b--c/', ['a//', 'b--', 'c/']],
    ['/x', ['/', 'x']],
    ['', []],
  ])('of %j end behind a slash or a hyphen', (name, pieces) => {
    expect(namePieces(name)).toEqual(pieces)
    expect(pieces.join('')).toBe(name)
  })
})
