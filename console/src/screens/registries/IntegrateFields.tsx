import type { ReactNode } from 'react'
import { useTexts } from '../../i18n/context'
import type { Scope } from '../../lib/scope'
import { PasswordField, TextField } from '../../ui/Field'
import type { IntegrateErrors, IntegrateValues } from './integrateForm'
import { KindPicker } from './KindPicker'
import { ListedField } from './ListedField'
import { RegistryFields, type RegistryInputs, useBind } from './RegistryFields'

interface IntegrateFieldsProps {
  scope: Scope
  values: IntegrateValues
  errors: IntegrateErrors
  onChange: (part: Partial<IntegrateValues>) => void
  inputs: RegistryInputs
  /** Whether the connection test said that the registry gives no catalogue. */
  catalogueMissing: boolean
  /** The connection test. */
  children: ReactNode
}

export function IntegrateFields(props: IntegrateFieldsProps) {
  const { values, errors, onChange, inputs } = props
  const texts = useTexts()
  const bind = useBind(errors, inputs)

  const account = (
    <fieldset className="group">
      <legend>{texts.integrate.account}</legend>
      <p className="fine">{texts.integrate.accountHelp}</p>
      <div className="two">
        <TextField
          {...bind('username')}
          label={texts.integrate.username}
          name="username"
          value={values.username}
          onChange={(username) => onChange({ username })}
        />
        <PasswordField
          {...bind('password')}
          label={texts.integrate.password}
          name="password"
          autoComplete="off"
          value={values.password}
          onChange={(password) => onChange({ password })}
        />
      </div>
      <p className="fine">{texts.integrate.passwordHelp}</p>
    </fieldset>
  )

  return (
    <>
      <KindPicker value={values.kind} onChange={(kind) => onChange({ kind })} />
      <TextField
        {...bind('name')}
        label={texts.integrate.name}
        description={texts.integrate.nameHelp}
        required
        autoFocus
        name="name"
        value={values.name}
        onChange={(name) => onChange({ name })}
      />
      <RegistryFields {...props} account={account} listed={<ListedField {...props} />} />
    </>
  )
}
