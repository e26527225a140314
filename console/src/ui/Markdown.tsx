import { IconPhoto } from '@tabler/icons-react'
import { createContext, type ReactNode, use, useMemo } from 'react'
import ReactMarkdown, { type Components, type ExtraProps } from 'react-markdown'
import remarkGfm from 'remark-gfm'
import { canBeLaidOut, safeLink } from '../lib/markdown'

/** Elements within one another; the page would suffer before the reader does. */
const DEEPEST = 40
/** Elements of one text, the cells that short rows of tables are filled up with included. */
const MOST_ELEMENTS = 20_000

export interface MarkdownTexts {
  /** Said before a text that is shown as it was typed. */
  plain: string
  /** The name of an image without one. */
  image: string
  table: string
  footnotes: string
  done: string
  open: string
}

interface MarkdownProps {
  text: string
  texts: MarkdownTexts
}

/**
 * A text that somebody wrote in Markdown. Nothing in it acts: HTML is left out, links lead to other pages only, and
 * images are links, because fetching one would tell another server who reads what.
 */
export function Markdown({ text, texts }: MarkdownProps) {
  const content = useMemo(() => laidOut(text, texts), [text, texts])
  if (content === null) {
    return (
      <>
        <p className="fine">{texts.plain}</p>
        <pre className="markdown-plain" dir="auto" tabIndex={0}>
          {text}
        </pre>
      </>
    )
  }
  return (
    <div className="markdown" dir="auto">
      {content}
    </div>
  )
}

/** Null for what cannot be laid out. */
function laidOut(text: string, texts: MarkdownTexts): ReactNode {
  if (!canBeLaidOut(text)) return null
  try {
    // Called and not mounted: it has no state, and whatever it throws is caught here.
    return ReactMarkdown({
      children: text,
      remarkPlugins: [remarkGfm, bounded],
      remarkRehypeOptions: { footnoteLabel: texts.footnotes },
      skipHtml: true,
      allowedElements: ALLOWED,
      unwrapDisallowed: true,
      urlTransform: (link) => safeLink(link) ?? '',
      components: componentsOf(texts),
    })
  } catch {
    return null
  }
}

interface Node {
  type: string
  url?: string
  align?: unknown[] | null
  children?: Node[]
}

/** Refuses what has too many or too deep parts, before anything is made of them. */
function bounded() {
  return (tree: object) => {
    const open: [Node, number][] = [[tree as Node, 0]]
    let elements = 0
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const [node, depth] = next
      elements += node.type === 'table' ? (node.align?.length ?? 0) * (node.children?.length ?? 0) : 1
      if (depth > DEEPEST || elements > MOST_ELEMENTS) throw new RangeError('too much for a page')
      // What leads nowhere is not written out at every place that refers to it.
      if (node.url !== undefined && safeLink(node.url) === undefined) node.url = ''
      for (const child of node.children ?? []) open.push([child, depth + 1])
    }
  }
}

const InLink = createContext(false)

interface LinkProps {
  link: string | undefined
  children: ReactNode
}

/** Where it leads is told: its text may say something else. */
function Link({ link, children }: LinkProps) {
  const href = safeLink(link)
  if (href === undefined || use(InLink)) return <>{children}</>
  return (
    <a href={href} title={href} target="_blank" rel="noreferrer noopener nofollow">
      <InLink value>{children}</InLink>
    </a>
  )
}

type Props<Tag extends keyof React.JSX.IntrinsicElements> = React.JSX.IntrinsicElements[Tag] & ExtraProps

/** Only the text and what is named here comes through; every other attribute of the source is left behind. */
function componentsOf(texts: MarkdownTexts): Components {
  return {
    // The page has its heading, the card its own.
    h1: ({ children }) => <h3>{children}</h3>,
    h2: ({ children }) => <h4>{children}</h4>,
    h3: ({ children }) => <h5>{children}</h5>,
    h4: ({ children }) => <h6>{children}</h6>,
    h5: ({ children }) => <h6>{children}</h6>,
    h6: ({ children }) => <h6>{children}</h6>,
    p: ({ children }) => <p>{children}</p>,
    em: ({ children }) => <em>{children}</em>,
    strong: ({ children }) => <strong>{children}</strong>,
    del: ({ children }) => <del>{children}</del>,
    sup: ({ children }) => <sup>{children}</sup>,
    br: () => <br />,
    hr: () => <hr />,
    blockquote: ({ children }) => <blockquote>{children}</blockquote>,
    ul: ({ children }) => <ul>{children}</ul>,
    ol: ({ children, start }) => <ol start={start}>{children}</ol>,
    li: ({ children, className }) => (
      <li className={className === 'task-list-item' ? 'markdown-task' : undefined}>{children}</li>
    ),
    section: ({ children }) => <section>{children}</section>,
    code: ({ children }) => <code>{children}</code>,
    // A long line is reached with the keyboard too.
    pre: ({ children }) => <pre tabIndex={0}>{children}</pre>,
    table: ({ children }) => (
      <div className="markdown-table" role="region" aria-label={texts.table} tabIndex={0}>
        <table>{children}</table>
      </div>
    ),
    thead: ({ children }) => <thead>{children}</thead>,
    tbody: ({ children }) => <tbody>{children}</tbody>,
    tr: ({ children }) => <tr>{children}</tr>,
    th: ({ children, style }) => <th className={alignment(style)}>{children}</th>,
    td: ({ children, style }) => <td className={alignment(style)}>{children}</td>,
    // The way back from a footnote would lead nowhere: places within a text have no addresses.
    a: ({ href, children, ...rest }) => ('data-footnote-backref' in rest ? null : <Link link={href}>{children}</Link>),
    img: ({ src, alt }: Props<'img'>) => (
      <Link link={typeof src === 'string' ? src : undefined}>
        <span className="markdown-image">
          <IconPhoto size={14} stroke={1.7} aria-hidden />
          {alt || texts.image}
        </span>
      </Link>
    ),
    // A box nobody can tick is a sign.
    input: ({ checked }: Props<'input'>) => (
      <span role="img" aria-label={checked ? texts.done : texts.open}>
        {checked ? '☑' : '☐'}
      </span>
    ),
  }
}

const ALLOWED = Object.keys(componentsOf({ plain: '', image: '', table: '', footnotes: '', done: '', open: '' }))

const ALIGNED: Record<string, string | undefined> = { center: 'align-center', right: 'align-right' }

function alignment(style: React.CSSProperties | undefined): string | undefined {
  return ALIGNED[style?.textAlign ?? '']
}
