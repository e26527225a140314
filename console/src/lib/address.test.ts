import { describe, expect, it } from 'vitest'
import { isPlainHttp, isPlausibleAddress, withScheme } from './address'

describe('isPlausibleAddress', () => {
  it.each(['registry.example.com', 'https://r:5000', 'http://10.0.0.1:5000', 'https://[::1]:5000/path', ' R.Example '])(
    'tries %s',
    (address) => expect(isPlausibleAddress(address)).toBe(true),
  )
  it.each(['', 'https://', 'https://r.', 'ftp://r', 'https://u:p@r', 'r example', 'https://r?x', 'https://r/a#b'])(
    'waits at %j',
    (address) => expect(isPlausibleAddress(address)).toBe(false),
  )
})

describe('withScheme', () => {
  it('puts https in front where no scheme is', () => {
    expect(withScheme(' r.example:5000 ')).toBe('https://r.example:5000')
    expect(withScheme('http://r')).toBe('http://r')
    expect(withScheme('ftp://r')).toBe('ftp://r')
    expect(withScheme('')).toBe('')
  })
})

describe('isPlainHttp', () => {
  it('sees the scheme whatever its case', () => {
    expect(isPlainHttp('HTTP://r')).toBe(true)
    expect(isPlainHttp('https://r')).toBe(false)
    expect(isPlainHttp('r')).toBe(false)
  })
})
