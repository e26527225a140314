import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { Image } from '../../api/types'
import { workspaceQuery } from '../../api/workspaces'
import { useBook } from '../../i18n/book'
import { imagesBook } from '../../i18n/books/images'
import { useTexts } from '../../i18n/context'
import { isSameScope, type Scope, scopeOfOwner } from '../../lib/scope'
import { registryLink } from '../registry/registryLink'

interface RegistryCellProps {
  id: string
  name: string
  owner: Image['owner']
  /** The space inside it; a registry that has one space gives it its own name. */
  space?: string
  scope: Scope
}

/** The registry something is in, and whose that is where it is not the page's own. */
export function RegistryCell({ id, name, owner, space, scope }: RegistryCellProps) {
  return (
    <div className="name-text">
      <Link className="row-link registry-of" {...registryLink(scopeOfOwner(owner, scope), id)} title={name}>
        {name}
      </Link>
      {space !== undefined && space !== name && <div className="fine">{space}</div>}
      {!isSameScope(owner, scope) && (
        <div className="fine">
          <OwnerName owner={owner} />
        </div>
      )}
    </div>
  )
}

function OwnerName({ owner }: { owner: Image['owner'] }) {
  const texts = useTexts()
  const words = useBook(imagesBook)
  const isWorkspace = owner.type === 'workspace'
  const { data } = useQuery({ ...workspaceQuery(isWorkspace ? owner.id : ''), enabled: isWorkspace })
  if (!isWorkspace) return texts.owner.platform
  return data ? words.ofWorkspace(data.name) : texts.owner.workspace
}
