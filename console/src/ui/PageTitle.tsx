import { type ReactNode, useEffect, useRef } from 'react'
import { useTexts } from '../i18n/context'
import { announce } from './announce'

let navigated = false

/** Tells that the person moved to another page, so that its title is announced and takes the focus. */
export function markNavigation(): void {
  navigated = true
}

/** Puts the focus on the page's title, when what had it is gone. */
export function focusPageTitle(): void {
  document.querySelector<HTMLElement>('h1')?.focus({ preventScroll: true })
}

interface PageTitleProps {
  title: string
  children?: ReactNode
}

/** The one `h1` of a page; also names the browser tab. */
export function PageTitle({ title, children }: PageTitleProps) {
  const texts = useTexts()
  const heading = useRef<HTMLHeadingElement>(null)
  const pageTitle = texts.pageTitle(title)

  useEffect(() => {
    document.title = pageTitle
  }, [pageTitle])

  useEffect(() => {
    // The first page keeps the browser's own start of focus.
    if (!navigated) return
    navigated = false
    heading.current?.focus({ preventScroll: true })
    announce(texts.shell.openedPage(title))
    // Only arriving counts: a renamed title must not steal the focus.
  }, [])

  return (
    <h1 className="page-title" ref={heading} tabIndex={-1}>
      {title}
      {children}
    </h1>
  )
}
