import { describe, expect, it } from 'vitest'
import { matching } from './wordMatch'

const entries = ['Create token', 'API tokens', 'Audit log', '创建令牌'].map((label) => ({ label }))
const labels = (words: string) => matching(entries, words).map(({ label }) => label)

describe('matching', () => {
  it('gives everything as it stands without words', () => {
    expect(labels('  ')).toEqual(entries.map(({ label }) => label))
  })

  it('wants every word, in any order and case', () => {
    expect(labels('TOKEN create')).toEqual(['Create token'])
    expect(labels('token log')).toEqual([])
  })

  it('puts first what begins with the words', () => {
    expect(matching([{ label: 'Switch' }, { label: 'Itch' }], 'itch').map(({ label }) => label)).toEqual(['Itch', 'Switch'])
  })

  it('finds Chinese', () => expect(labels('令牌')).toEqual(['创建令牌']))
})
