// What went wrong, in words: for the person on the page, and for the developer who reads it over their shoulder.
import * as client from 'openid-client'

export class DescribedError extends Error {
  /** The HTTP status of the page that shows it. */
  readonly status: number
  /** The OAuth error code, when the provider gave one. */
  readonly code: string | undefined

  constructor(message: string, status: number, code?: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

// RFC 6749 4.1.2.1 and 5.2, OpenID Connect Core 3.1.2.6: the codes that a person can do something about.
const meanings: Record<string, string> = {
  access_denied: 'You did not give Acme Notes access, so you are not signed in.',
  login_required: 'The provider wants you to sign in.',
  consent_required: 'The provider wants to ask you what Acme Notes may have.',
  interaction_required: 'The provider needs you to do something there first.',
  invalid_client: 'The provider does not accept this app: its CLIENT_ID or CLIENT_SECRET is wrong.',
  invalid_grant: 'This code or refresh token is used up, expired or revoked. Sign in again.',
  invalid_token: 'The access token has expired or was revoked. Refresh the tokens, or sign in again.',
  temporarily_unavailable: 'The provider is busy. Try again in a moment.',
}

/** Puts any error of the sign-in, the token endpoint or userinfo in words. */
export function describeError(error: unknown): DescribedError {
  // The provider sent the browser back with ?error=… (a refusal, most often).
  if (error instanceof client.AuthorizationResponseError) {
    return inWords(error.error, error.error_description, 400)
  }
  // The token endpoint answered with an OAuth error.
  if (error instanceof client.ResponseBodyError) return inWords(error.error, error.error_description, 502)
  // Userinfo, or the token endpoint, answered 401 with a challenge.
  if (error instanceof client.WWWAuthenticateChallengeError) {
    const parameters = error.cause[0]?.parameters
    return inWords(parameters?.error ?? 'invalid_token', parameters?.error_description, 401)
  }
  if (error instanceof TypeError && error.message === 'fetch failed') {
    return new DescribedError('The provider cannot be reached. Is it running?', 502)
  }
  if (error instanceof client.ClientError) {
    return new DescribedError(`The provider's answer was not accepted: ${error.message}.`, 502, error.code)
  }
  return new DescribedError(error instanceof Error ? error.message : String(error), 400)
}

function inWords(code: string, description: string | undefined, status: number): DescribedError {
  const meaning = meanings[code] ?? 'The provider refused.'
  return new DescribedError(description ? `${meaning} The provider says: “${description}”.` : meaning, status, code)
}
