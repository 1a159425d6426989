// The sign-up form: what it shows, and what it is read into.
import { canonicalEmail, canonicalName, canonicalUsername } from '../../core/accounts/names.ts'
import type { Step } from '../../core/signin/next-step.ts'
import { inputOf, readFields, type FieldValues } from '../../core/accounts/fields.ts'
import { requireOpenTo } from '../../core/accounts/registration.ts'
import type { Registration } from '../../core/accounts/verifications.ts'
import type { AccountField } from '../../lib/config/account-fields.ts'
import type { Config } from '../../lib/config/schema.ts'
import { Refused } from '../../lib/errors.ts'
import { together } from '../../lib/together.ts'
import type { Form } from '../../lib/web/form.ts'
import type { Shown } from '../../methods/method.ts'
import { STRENGTH_SCRIPT } from '../../methods/password/meter.ts'
import { minLengthFor, type Newcomer } from '../../methods/password/rules.ts'
import type { SignInServices } from '../services.ts'
import { partsOf } from '../steps/method-pages.ts'
import type { Situated } from '../attempt/situation.ts'

/**
 * @param invited the address of the invitation, which is the one that counts
 * @param checkPassword whose refusal is told with those of the fields; it is given the names that could be read
 * @throws Refused naming the field, with what else was refused
 */
export async function readSignUp(
  config: Config,
  form: Form,
  invited: string | undefined,
  checkPassword: (owner: Newcomer) => Promise<void>,
): Promise<{ email: string; registration: Registration }> {
  let owner: Newcomer = {}
  const known = <Part>(part: Part, names: Newcomer): Part => {
    owner = { ...owner, ...names }
    return part
  }
  const [email, username, name, fields, , terms] = await together(
    () => {
      const read = invited ?? openEmail(config, form.text('email'))
      return known(read, { email: read })
    },
    () => {
      const read = readUsername(config, form.text('username'))
      return known(read, read ? { username: read } : {})
    },
    () => {
      const read = canonicalName(form.text('name'))
      return known(read, read ? { profile: { name: read } } : {})
    },
    () => together(...atSignup(config).map(field => () => readFields([field], input => form.text(input)))),
    () => checkPassword(owner),
    () => acceptedTerms(config, form),
  )
  const registration = {
    ...(username ? { username } : {}),
    profile: name ? { name } : {},
    ...(fields.some(one => Object.keys(one).length > 0) ? { fields: Object.assign({}, ...fields) as FieldValues } : {}),
    ...terms,
  }
  return { email, registration }
}

function openEmail(config: Config, text: string): string {
  const email = canonicalEmail(text)
  requireOpenTo(config, email)
  return email
}

/** @throws Refused `username.missing`, `username.invalid` */
export function readUsername({ usernames }: Pick<Config, 'usernames'>, text: string): string | undefined {
  if (usernames === 'off') return undefined
  if (text.trim() !== '') return canonicalUsername(text)
  if (usernames === 'optional') return undefined
  throw new Refused('username.missing', { field: 'username' })
}

function acceptedTerms({ termsUrl, termsVersion }: Config, form: Form): Pick<Registration, 'terms'> {
  if (termsUrl && form.text('terms') === '') throw new Refused('terms.missing', { field: 'terms' })
  return termsVersion ? { terms: [{ version: termsVersion, at: Date.now() }] } : {}
}

export async function signupPage(
  services: SignInServices,
  {
    attempt,
    step,
    rememberAllowed,
    passkeyAllowed,
  }: Pick<Situated, 'attempt' | 'step' | 'rememberAllowed' | 'passkeyAllowed'>,
  values: Record<string, string>,
  errors: Record<string, string>,
): Promise<Shown> {
  const { config } = services
  const at = `/signin/${attempt.id}`
  const { invitation } = attempt
  const domains = config.registration === 'domain' && !invitation ? config.registrationDomains : []
  return {
    view: 'signin/signup',
    locals: {
      action: `${at}/signup`,
      values: { email: attempt.request.loginHint ?? '', username: '', name: '', ...values },
      errors,
      ...(invitation ? { invited: invitation.email } : {}),
      domains,
      usernames: config.usernames,
      fields: atSignup(config).map(field => fieldOnPage(field, values, errors)),
      minLength: await minLengthFor(services, {}),
      ...(config.termsUrl ? { termsUrl: config.termsUrl } : {}),
      ...(config.privacyUrl ? { privacyUrl: config.privacyUrl } : {}),
      parts: partsOf(services, at, elsewhere(services, step)),
      signinUrl: `${at}/identify`,
      remember: attempt.remember || 'remember' in values,
      rememberAllowed,
      accepted: 'terms' in values,
      passkeyAllowed,
    },
    script: passkeyAllowed ? 'passkey.js' : STRENGTH_SCRIPT,
  }
}

/** Where they who were invited can come from instead: it has to vouch for the address. */
function elsewhere({ methods }: SignInServices, step: Step): string[] {
  const offered = step.kind === 'register' ? (step.methods ?? []) : []
  return methods.filter(({ id, comesBack }) => comesBack && offered.includes(id)).map(({ id }) => id)
}

function atSignup({ accountFields }: Pick<Config, 'accountFields'>): AccountField[] {
  return accountFields.filter(field => field.atSignup)
}

/** One of the fields that the installation declares, for `partials/account-field`. */
export function fieldOnPage(field: AccountField, values: Record<string, string>, errors: Record<string, string>) {
  const name = inputOf(field)
  const { label, type, hint, options, required } = field
  return {
    name,
    label,
    type,
    value: values[name] ?? '',
    optional: !required,
    autocomplete: 'off',
    ...(errors[name] ? { error: errors[name] } : {}),
    // A refusal by the field's pattern says the hint.
    ...(hint && errors[name] !== hint ? { hint } : {}),
    ...(options ? { options } : {}),
  }
}
