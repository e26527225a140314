import type { Registry } from '../../api/types'
import { useTexts } from '../../i18n/context'
import { CheckboxField, PasswordField, TextField } from '../../ui/Field'
import { type EditValues, needsPassword } from './editForm'
import type { IntegrateErrors } from './integrateForm'
import { type RegistryInputs, useBind } from './RegistryFields'

interface EditAccountProps {
  base: Registry
  values: EditValues
  errors: IntegrateErrors
  onChange: (part: Partial<EditValues>) => void
  inputs: RegistryInputs
}

/** The account of a stored registry: kept, replaced, given a new password, or taken away. */
export function EditAccount({ base, values, errors, onChange, inputs }: EditAccountProps) {
  const texts = useTexts()
  const words = texts.registryEdit
  const bind = useBind(errors, inputs)
  const hasAccount = base.username != null
  const needed = needsPassword(base, values)
  const passwordHelp = !hasAccount ? words.passwordNew : needed ? words.passwordAgain : words.passwordUnchanged

  return (
    <fieldset className="group group-stack">
      <legend>{texts.integrate.account}</legend>
      <p className="fine">{hasAccount ? words.accountHelp : words.addAccountHelp}</p>
      {!values.removeAccount && (
        <>
          <TextField
            {...bind('username')}
            label={texts.integrate.username}
            description={hasAccount && values.username.trim() === '' ? words.usernameNeeded : undefined}
            name="username"
            required={hasAccount}
            value={values.username}
            onChange={(username) => onChange({ username })}
          />
          <PasswordField
            {...bind('password')}
            label={texts.integrate.password}
            // What is wrong with it says more, and would say it twice.
            description={errors.password ? undefined : passwordHelp}
            name="password"
            autoComplete="off"
            required={needed}
            value={values.password}
            onChange={(password) => onChange({ password })}
          />
        </>
      )}
      {hasAccount && (
        <CheckboxField
          label={words.removeAccount}
          description={words.removeAccountHelp}
          checked={values.removeAccount}
          onChange={(removeAccount) => onChange({ removeAccount, password: '' })}
        />
      )}
    </fieldset>
  )
}
