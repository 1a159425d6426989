declare module 'passport-openidconnect' {
  import type { Strategy as PassportStrategy } from 'passport'

  type Verify = (
    issuer: string,
    profile: { id: string; displayName?: string; emails?: { value: string }[] },
    context: object,
    idToken: string,
    accessToken: string,
    refreshToken: string | undefined,
    params: object,
    done: (error: unknown, user?: object | false) => void,
  ) => void

  interface Options {
    issuer: string
    authorizationURL: string
    tokenURL: string
    userInfoURL: string
    clientID: string
    clientSecret: string
    callbackURL: string
    scope: string[]
    skipUserProfile?: boolean
  }

  class Strategy extends PassportStrategy {
    constructor(options: Options, verify: Verify)
  }
  export { Strategy }
}
