import { describe, expect, it } from 'vitest'
import { matchLocale } from './locale'

describe('matchLocale', () => {
  it('takes the first wanted language that exists', () => {
    expect(matchLocale(['fr-FR', 'zh-Hans-CN', 'en'])).toBe('zh')
    expect(matchLocale(['en-GB', 'zh'])).toBe('en')
  })
  it('falls back to English', () => {
    expect(matchLocale(['de', 'ja'])).toBe('en')
    expect(matchLocale([])).toBe('en')
  })
})
