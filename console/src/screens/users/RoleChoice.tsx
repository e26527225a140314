import type { PlatformRole } from '../../api/types'
import { useTexts } from '../../i18n/context'
import { Choices } from '../../ui/Choices'

interface RoleChoiceProps {
  value: PlatformRole | null
  onChange: (role: PlatformRole | null) => void
}

/** The platform roles, the least one first, each with what it allows. */
export function RoleChoice({ value, onChange }: RoleChoiceProps) {
  const { people } = useTexts()
  return (
    <Choices
      label={people.role}
      choices={[
        { value: 'none', label: people.noRole, help: people.roleHelp.none },
        { value: 'auditor', label: people.roles.auditor, help: people.roleHelp.auditor },
        { value: 'admin', label: people.roles.admin, help: people.roleHelp.admin },
      ]}
      value={value ?? 'none'}
      onChange={(role) => onChange(role === 'none' ? null : role)}
    />
  )
}
