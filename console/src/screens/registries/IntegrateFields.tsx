import type { ReactNode, RefObject } from 'react'
import { useTexts } from '../../i18n/context'
import { fieldText } from '../../i18n/problemText'
import { isPlainHttp, isPlausibleAddress, withScheme } from '../../lib/address'
import type { Scope } from '../../lib/scope'
import { CheckboxField, PasswordField, SelectField, TextAreaField, TextField } from '../../ui/Field'
import { Notice } from '../../ui/Notice'
import type { IntegrateErrors, IntegrateField, IntegrateValues } from './integrateForm'
import { KindPicker } from './KindPicker'

interface IntegrateFieldsProps {
  scope: Scope
  values: IntegrateValues
  errors: IntegrateErrors
  onChange: (part: Partial<IntegrateValues>) => void
  /** The inputs by field, so that the first one with an error can take the focus. */
  inputs: RefObject<Partial<Record<IntegrateField, HTMLElement | null>>>
  /** The connection test: after what it tests, before what it does not need. */
  children: ReactNode
}

export function IntegrateFields({ scope, values, errors, onChange, inputs, children }: IntegrateFieldsProps) {
  const texts = useTexts()
  const plainHttp = isPlainHttp(values.address)

  const bind = (field: IntegrateField) => ({
    ref: (element: HTMLElement | null) => {
      inputs.current[field] = element
    },
    error: errors[field] && fieldText(texts, errors[field]),
  })

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
      <TextField
        {...bind('address')}
        label={texts.integrate.address}
        description={texts.integrate.addressHelp}
        required
        mono
        type="url"
        name="address"
        placeholder="https://registry.example.com:5000"
        value={values.address}
        onChange={(address) => onChange({ address, plainHttpConsent: values.plainHttpConsent && isPlainHttp(address) })}
        onBlur={() => {
          if (isPlausibleAddress(values.address)) onChange({ address: withScheme(values.address) })
        }}
      />
      {plainHttp && (
        <CheckboxField
          {...bind('plainHttpConsent')}
          label={texts.integrate.plainHttp}
          description={texts.integrate.plainHttpHelp}
          checked={values.plainHttpConsent}
          onChange={(plainHttpConsent) => onChange({ plainHttpConsent })}
        />
      )}
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
      {!plainHttp && (
        <>
          <SelectField
            label={texts.integrate.tls}
            value={values.tlsMode}
            options={[
              { value: 'verify', label: texts.integrate.tlsVerify },
              { value: 'ca', label: texts.integrate.tlsCa },
              // A workspace's registry must prove its certificate.
              ...(scope.type === 'platform' ? [{ value: 'skip' as const, label: texts.integrate.tlsSkip }] : []),
            ]}
            onChange={(tlsMode) => onChange({ tlsMode })}
          />
          {values.tlsMode === 'skip' && <Notice tone="warn">{texts.integrate.tlsSkipWarning}</Notice>}
          {values.tlsMode === 'ca' && (
            <TextAreaField
              {...bind('caPem')}
              label={texts.integrate.caPem}
              description={texts.integrate.caPemHelp}
              required
              mono
              rows={5}
              placeholder="-----BEGIN CERTIFICATE-----"
              value={values.caPem}
              onChange={(caPem) => onChange({ caPem })}
            />
          )}
        </>
      )}
      {children}
      <TextAreaField
        {...bind('description')}
        label={texts.integrate.description}
        rows={2}
        value={values.description}
        onChange={(description) => onChange({ description })}
      />
    </>
  )
}
