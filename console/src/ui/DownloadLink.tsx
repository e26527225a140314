import { IconDownload } from '@tabler/icons-react'

interface DownloadLinkProps {
  href: string
  children: string
  /** What is saved, for who does not see where the link stands. */
  label: string
}

/** A link that saves a file. The session goes with it; a new page never opens. */
export function DownloadLink({ href, children, label }: DownloadLinkProps) {
  return (
    <a className="download-link" href={href} download aria-label={label}>
      <IconDownload size={15} stroke={1.7} aria-hidden />
      {children}
    </a>
  )
}
