import type { ReactNode, RefObject } from 'react'
import { useTexts } from '../../i18n/context'
import { fieldText } from '../../i18n/problemText'
import { isPlainHttp, isPlausibleAddress, withScheme } from '../../lib/address'
import type { Scope } from '../../lib/scope'
import { CheckboxField, SelectField, TextAreaField, TextField } from '../../ui/Field'
import { Notice } from '../../ui/Notice'
import type { IntegrateErrors, IntegrateField, IntegrateValues } from './integrateForm'

/** The inputs by field, so that the first one with an error can take the focus. */
export type RegistryInputs = RefObject<Partial<Record<IntegrateField, HTMLElement | null>>>

/** What a field is given besides its words: where it is, and what is wrong with it. */
export function useBind(errors: IntegrateErrors, inputs: RegistryInputs) {
  const texts = useTexts()
  return (field: IntegrateField) => ({
    ref: (element: HTMLElement | null) => {
      inputs.current[field] = element
    },
    error: errors[field] && fieldText(texts, errors[field]),
  })
}

interface RegistryFieldsProps {
  scope: Scope
  values: IntegrateValues
  errors: IntegrateErrors
  onChange: (part: Partial<IntegrateValues>) => void
  inputs: RegistryInputs
  /** The fields of the account: what is said about them depends on whether there is one already. */
  account: ReactNode
  /** The repositories of a registry that gives no catalogue. */
  listed: ReactNode
  /** Whether consent to an unencrypted connection is still to be given. */
  asksConsent?: boolean
  /** Where the person starts. */
  autoFocus?: boolean
  /** The connection test: after what it tests, before what it does not need. */
  children: ReactNode
}

/** What can be said about a registry at any time: when it is integrated and when it is edited. */
export function RegistryFields(props: RegistryFieldsProps) {
  const { scope, values, errors, onChange, inputs, account, listed, asksConsent = true, autoFocus, children } = props
  const texts = useTexts()
  const plainHttp = isPlainHttp(values.address)
  const bind = useBind(errors, inputs)

  return (
    <>
      <TextField
        {...bind('address')}
        label={texts.integrate.address}
        description={texts.integrate.addressHelp}
        required
        mono
        type="url"
        name="address"
        placeholder="https://registry.example.com:5000"
        autoFocus={autoFocus}
        value={values.address}
        onChange={(address) => onChange({ address, plainHttpConsent: values.plainHttpConsent && isPlainHttp(address) })}
        onBlur={() => {
          if (isPlausibleAddress(values.address)) onChange({ address: withScheme(values.address) })
        }}
      />
      {plainHttp && asksConsent && (
        <CheckboxField
          {...bind('plainHttpConsent')}
          label={texts.integrate.plainHttp}
          description={texts.integrate.plainHttpHelp}
          checked={values.plainHttpConsent}
          onChange={(plainHttpConsent) => onChange({ plainHttpConsent })}
        />
      )}
      {account}
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
      {listed}
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
