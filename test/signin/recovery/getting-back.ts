// What tests of getting back in share: how a person asks, what they are mailed, and how they answer.
import { attemptOf } from '../../support/flow.ts'
import { codeIn, linkIn } from '../../support/mailbox.ts'
import type { AtSignIn } from '../factors/at-sign-in.ts'
import { authorize } from '../../support/endpoints.ts'
import type { Visitor, VisitedPage } from '../../support/visitor.ts'

/** As good as PASSWORD, and another. */
export const NEW_PASSWORD = 'nine blue herons beside the canal'

export interface AskedFor {
  visitor: Visitor
  /** “Check your mail”. */
  page: VisitedPage
  codeVerifier: string
  /** The path of the attempt. */
  path: string
}

/** From the app to “Check your mail”, by whatever name. */
export async function askToGetBack(
  at: AtSignIn,
  identifier: string,
  params: Record<string, string | undefined> = {},
  visitor?: Visitor,
): Promise<AskedFor> {
  const begun = await authorize(at.server, at.client, params, visitor)
  const path = attemptOf(begun.page)
  const form = await begun.visitor.open(`${path}/recover`)
  const page = await begun.visitor.submit(form, '/recover', { identifier })
  return { ...begun, page, path }
}

/** The newest mail's two secrets. */
export async function mailedTo(at: AtSignIn, email: string): Promise<{ link: string; code: string }> {
  const mail = await at.server.mailTo(email)
  return { link: linkIn(mail), code: codeIn(mail) }
}

/** Opens the link there, and chooses a password. */
export async function chooseBy(visitor: Visitor, link: string, password = NEW_PASSWORD): Promise<VisitedPage> {
  return visitor.submit(await visitor.open(link), '/reset', { password })
}
