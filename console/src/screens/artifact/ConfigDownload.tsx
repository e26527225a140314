import { documentHref } from '../../api/contents'
import type { Artifact, Repository } from '../../api/types'
import { useBook } from '../../i18n/book'
import { artifactBook } from '../../i18n/books/artifact'
import { contentsBook } from '../../i18n/books/contents'
import { useI18n } from '../../i18n/context'
import { sizeText } from '../../i18n/figures'
import { DownloadLink } from '../../ui/DownloadLink'

/** The largest configuration of an image that the server gives. */
const MOST = 4 * 1024 * 1024

interface ConfigDownloadProps {
  artifact: Artifact
  repository: Repository
}

/** Saves the configuration of an image as the registry has it; nothing where it is not given. */
export function ConfigDownload({ artifact: { config, digest, layers }, repository }: ConfigDownloadProps) {
  const { format } = useI18n()
  const { config: words } = useBook(artifactBook)
  const { download, downloadOf } = useBook(contentsBook)
  // What is a layer, too, is a layer.
  if (!config || config.foreign || config.size_bytes > MOST || layers.some((layer) => layer.digest === config.digest)) return null
  return (
    <DownloadLink
      href={documentHref(repository.id, digest, config.digest)}
      label={downloadOf(words.file, sizeText(format, config.size_bytes))}
    >
      {download}
    </DownloadLink>
  )
}
