import { describe, expect, it, vi } from 'vitest'
import { book, openBooks, turnBooks } from './book'
import type { Locale } from './locale'

const made = () => {
  const fetch = vi.fn(async (locale: Locale) => ({ hello: locale === 'en' ? 'Hello' : '你好' }))
  return { fetch, book: book({ en: () => fetch('en'), zh: () => fetch('zh') }) }
}

describe('a book', () => {
  it('is fetched once per language, and only in the one asked for', async () => {
    const { fetch, book } = made()
    await Promise.all([book.load('en'), book.load('en')])
    expect(fetch.mock.calls).toEqual([['en']])
    expect(book.read('en')).toEqual({ hello: 'Hello' })
    expect(book.read('zh')).toBeUndefined()
  })

  it('whose fetch failed is asked for again', async () => {
    const fetch = vi.fn<() => Promise<object>>().mockRejectedValueOnce(new Error('away')).mockResolvedValue({ a: 'b' })
    const failing = book({ en: fetch, zh: fetch })
    await expect(failing.load('en')).rejects.toThrow('away')
    await expect(failing.load('en')).resolves.toEqual({ a: 'b' })
    expect(fetch).toHaveBeenCalledTimes(2)
  })

  it('that is open comes with a change of language; one that nobody opened does not', async () => {
    const [opened, closed] = [made(), made()]
    await openBooks([opened.book])
    await turnBooks('zh')
    expect(opened.book.read('zh')).toEqual({ hello: '你好' })
    expect(closed.fetch).not.toHaveBeenCalled()
    await openBooks([closed.book])
    expect(closed.fetch.mock.calls).toEqual([['zh']])
    await turnBooks('en')
  })
})
