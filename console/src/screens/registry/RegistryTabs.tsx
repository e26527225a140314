import { Link } from '@tanstack/react-router'
import { useBook } from '../../i18n/book'
import { inventoryBook } from '../../i18n/books/inventory'
import { useScope } from '../../shell/useScope'
import { registryLink, repositoriesLink } from './registryLink'

/** The parts of a registry's page. */
export function RegistryTabs({ id }: { id: string }) {
  const inventory = useBook(inventoryBook)
  const scope = useScope()
  return (
    <nav className="tabs" aria-label={inventory.tabs}>
      <Link {...registryLink(scope, id)} activeOptions={{ exact: true, includeSearch: false }}>
        {inventory.overview}
      </Link>
      <Link {...repositoriesLink(scope, id)} activeOptions={{ exact: true, includeSearch: false }}>
        {inventory.repositories}
      </Link>
    </nav>
  )
}
