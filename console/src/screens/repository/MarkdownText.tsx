import { useBook } from '../../i18n/book'
import { descriptionBook } from '../../i18n/books/description'
import { useFetched } from '../../lib/useFetched'
import { Skeleton } from '../../ui/Skeleton'

const fetchMarkdown = async () => (await import('../../ui/Markdown')).Markdown

/** A text in Markdown; what lays it out comes after the page. */
export function MarkdownText({ text }: { text: string }) {
  const words = useBook(descriptionBook)
  const Markdown = useFetched(fetchMarkdown)
  return Markdown ? <Markdown text={text} texts={words.markdown} /> : <Skeleton width="100%" height={60} />
}
