import type { Registry } from '../../api/types'
import { useTexts } from '../../i18n/context'
import type { Texts } from '../../i18n/en'
import { Button } from '../../ui/Button'
import { Notice } from '../../ui/Notice'
import { changedParts } from './editForm'
import { useInSight } from './useInSight'

interface EditConflictProps {
  /** The registry as it was when editing began. */
  base: Registry
  /** As somebody else has stored it since. */
  theirs: Registry
  onSettle: (take: boolean) => void
}

/** Somebody else's edit, told part by part, and whose values go on in the form. */
export function EditConflict({ base, theirs, onSettle }: EditConflictProps) {
  const texts = useTexts()
  const words = texts.registryEdit
  const place = useInSight(theirs)
  return (
    <div ref={place}>
      <Notice
        tone="warn"
        urgent
        title={words.conflict}
        actions={
          <>
            <Button size="xs" onClick={() => onSettle(true)}>
              {words.takeTheirs}
            </Button>
            <Button size="xs" onClick={() => onSettle(false)}>
              {words.keepMine}
            </Button>
          </>
        }
      >
        {changedParts(base, theirs).map((part) => (
          <p key={part} className="break">
            {partText(texts, theirs, part)}
          </p>
        ))}
      </Notice>
    </div>
  )
}

function partText(texts: Texts, theirs: Registry, part: ReturnType<typeof changedParts>[number]): string {
  const { conflictPart: words, noAccount, noDescription } = texts.registryEdit
  switch (part) {
    case 'address':
      return words.address(theirs.address)
    case 'username':
      return words.username(theirs.username ?? noAccount)
    case 'tls':
      return words.tls(texts.registry.tlsMode[theirs.tls.mode])
    case 'listed':
      return words.listed
    case 'description':
      return words.description(theirs.description || noDescription)
    case 'password':
      return words.password
  }
}
