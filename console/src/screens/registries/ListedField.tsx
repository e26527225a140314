import { useTexts } from '../../i18n/context'
import { TextAreaField } from '../../ui/Field'
import { Fold } from '../../ui/Fold'
import type { IntegrateErrors, IntegrateValues } from './integrateForm'
import { type RegistryInputs, useBind } from './RegistryFields'

interface ListedFieldProps {
  values: IntegrateValues
  errors: IntegrateErrors
  onChange: (part: Partial<IntegrateValues>) => void
  inputs: RegistryInputs
  /** Whether the connection test said that the registry gives no catalogue. */
  catalogueMissing: boolean
}

/** The repositories of a registry that gives no catalogue: in sight once that is known, or when some are listed. */
export function ListedField({ values, errors, onChange, inputs, catalogueMissing }: ListedFieldProps) {
  const texts = useTexts()
  const bind = useBind(errors, inputs)
  const field = (
    <TextAreaField
      {...bind('listed')}
      label={texts.listed.label}
      description={catalogueMissing ? texts.listed.helpMissing : texts.listed.help}
      mono
      rows={4}
      placeholder={'team/app\nteam/*'}
      value={values.listed}
      onChange={(listed) => onChange({ listed })}
    />
  )
  if (catalogueMissing || values.listed !== '' || errors.listed) return field
  return <Fold title={texts.listed.advanced}>{field}</Fold>
}
