import { describe, expect, it } from 'vitest'
import { workspacePlaces } from './workspacePlaces'

describe('the pages of workspaces', () => {
  it('are offered when they exist', () => {
    const places = workspacePlaces(['/registries', '/workspaces', '/workspaces/$id/registries'])
    expect(places.list).toBe('/workspaces')
    expect(places.one?.('0199')).toBe('/workspaces/0199/registries')
  })

  it('are not offered before', () => {
    expect(workspacePlaces(['/registries', '/users', '/users/$id'])).toEqual({ list: null, create: null, one: null })
  })
})
