import { describe, expect, it } from 'vitest'
import { createFormatters } from './format'

const en = createFormatters('en')
const zh = createFormatters('zh')
const nbsp = (text: string) => text.replaceAll('\u00a0', ' ')

describe('bytes', () => {
  it.each([
    [0, '0', 'B'],
    [1023, '1,023', 'B'],
    [1024, '1.0', 'KiB'],
    [212 * 2 ** 30, '212', 'GiB'],
    [4.1 * 2 ** 40, '4.1', 'TiB'],
    [99.96 * 2 ** 20, '100', 'MiB'],
    [2 ** 70, '1,024', 'EiB'],
  ])('%d is shown in the unit that fits', (value, text, unit) => {
    expect(en.bytes(value)).toEqual({ value: text, unit })
  })
})

describe('age', () => {
  const now = Date.parse('2026-11-20T12:00:00Z')
  it.each([
    ['2026-11-20T11:59:57.500000Z', /^2 s ago$/, '2秒前'],
    // ICU versions differ in how they shorten minutes.
    ['2026-11-20T11:59:00Z', /^1 m(in)? ago$/, '1分钟前'],
    ['2026-11-20T09:00:00Z', /^3 h ago$/, '3小时前'],
    ['2026-11-17T12:00:00Z', /^3 d ago$/, '3天前'],
  ])('%s is told in its largest unit in both languages', (at, english, chinese) => {
    expect(nbsp(en.age(at, now))).toMatch(english)
    expect(zh.age(at, now).replaceAll(' ', '')).toBe(chinese)
  })

  it('a clock that runs ahead is never shown as the future', () => {
    expect(nbsp(en.age('2026-11-20T12:00:05Z', now))).toBe('0 s ago')
  })
})

describe('duration', () => {
  it('changes to seconds from ten seconds on', () => {
    expect(en.duration(1840)).toEqual({ text: '1,840', unit: 'ms' })
    expect(en.duration(10_400)).toEqual({ text: '10', unit: 's' })
  })
})

describe('span', () => {
  const MINUTE = 60_000
  const HOUR = 60 * MINUTE
  it.each([
    [999, '0 sec', '0秒'],
    [59_999, '59 sec', '59秒'],
    [4 * MINUTE, '4 min', '4分钟'],
    [4 * MINUTE + 5_000, '4 min 5 sec', '4分钟 5秒'],
    [47 * HOUR + 30 * MINUTE + 5_000, '47 hr 30 min', '47小时 30分钟'],
    [48 * HOUR, '48 hr', '48小时'],
    [168 * HOUR, '7 days', '7天'],
  ])('%d ms is told in its two largest units', (ms, english, chinese) => {
    // Languages and versions of ICU write "hr" or "h" and set their spaces as they like.
    const bare = (text: string) => nbsp(text).replaceAll(/ hrs?\b/g, ' h').replaceAll(/ secs?\b/g, ' s').replaceAll(' ', '')
    expect(bare(en.span(ms))).toBe(bare(english))
    expect(bare(zh.span(ms))).toBe(bare(chinese))
  })
})
