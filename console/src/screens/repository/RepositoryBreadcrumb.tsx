import { Link } from '@tanstack/react-router'
import type { RepositoryDetail } from '../../api/types'
import { useBook } from '../../i18n/book'
import { inventoryBook } from '../../i18n/books/inventory'
import { useTexts } from '../../i18n/context'
import { shortDigest } from '../../lib/reference'
import { useScope } from '../../shell/useScope'
import { registriesLink, registryLink, repositoriesLink, repositoryLink } from '../registry/registryLink'

interface RepositoryBreadcrumbProps {
  detail: RepositoryDetail
  /** The artifact whose page it is; left out on the repository's own. */
  digest?: string
}

/** The way from all registries to a repository, or to something in it. */
export function RepositoryBreadcrumb({ detail: { registry, repository }, digest }: RepositoryBreadcrumbProps) {
  const texts = useTexts()
  const inventory = useBook(inventoryBook)
  const scope = useScope()
  return (
    <nav className="breadcrumb" aria-label={texts.registry.breadcrumb}>
      <ol>
        <li>
          <Link {...registriesLink(scope)}>{texts.registries.title}</Link>
        </li>
        <li>
          <Link {...registryLink(scope, repository.registry_id)}>{registry}</Link>
        </li>
        <li>
          <Link {...repositoriesLink(scope, repository.registry_id)}>{inventory.repositories}</Link>
        </li>
        {digest === undefined ? (
          <li className="break" aria-current="page">
            {repository.name}
          </li>
        ) : (
          <>
            <li className="break">
              <Link {...repositoryLink(scope, repository.registry_id, repository.id)}>{repository.name}</Link>
            </li>
            <li aria-current="page">{shortDigest(digest)}</li>
          </>
        )}
      </ol>
    </nav>
  )
}
