import { describe, expect, it } from 'vitest'
import { en } from '../i18n/en'
import { createFormatters } from '../i18n/format'
import { zh } from '../i18n/zh'
import { waitText } from './waiting'

describe('a waiting time', () => {
  it.each([
    [0.2, '1 second'],
    [1, '1 second'],
    [42, '42 seconds'],
    [60, '1 minute'],
    [61, '1 minute 1 second'],
    [880, '14 minutes 40 seconds'],
    [900, '15 minutes'],
  ])('of %d s is %s', (seconds, text) => {
    expect(waitText(en, createFormatters('en'), seconds)).toBe(text)
  })

  it('is written in Chinese too', () => {
    expect(waitText(zh, createFormatters('zh'), 80)).toBe('1 分钟 20 秒')
  })
})
