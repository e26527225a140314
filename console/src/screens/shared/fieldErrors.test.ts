import { describe, expect, it } from 'vitest'
import { ApiError } from '../../api/problem'
import { en } from '../../i18n/en'
import { formErrors } from './fieldErrors'

const refused = (code: ApiError['code'], errors: ApiError['errors'] = []) =>
  new ApiError(code, 422, {}, errors, null, null)

describe('formErrors', () => {
  it('puts what names a field under it and leaves nothing over', () => {
    const errors = formErrors(en, refused('request.invalid', [{ pointer: '/name', code: 'name.malformed', params: {} }]), [
      '/name',
    ])
    expect(errors.at('/name')).toContain('lower-case')
    expect(errors.at('/description')).toBeUndefined()
    expect(errors.rest).toBeNull()
  })

  it('knows the field of a code that comes without one', () => {
    const errors = formErrors(en, refused('workspace.name_taken'), ['/name'])
    expect(errors.at('/name')).toContain('Another workspace has this name')
    expect(errors.rest).toBeNull()
  })

  it('hands back what no field of the form can show', () => {
    const stranger = refused('request.invalid', [{ pointer: '/colour', code: 'field.invalid', params: {} }])
    expect(formErrors(en, stranger, ['/name']).rest).toBe(stranger)
    const denied = refused('permission.denied')
    expect(formErrors(en, denied, ['/name']).rest).toBe(denied)
    expect(formErrors(en, null, ['/name']).rest).toBeNull()
  })

  it('prefers what was found before asking', () => {
    const errors = formErrors(en, refused('workspace.name_taken'), ['/name'], { '/name': 'field.required' })
    expect(errors.at('/name')).toBe(en.errors['field.required'].title)
  })
})
