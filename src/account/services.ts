// What the console needs from the rest of the house; app.ts puts it together.
import type { Events } from '../core/events/events.ts'
import type { Postbox } from '../core/postbox.ts'
import type { MethodFacts } from '../core/signin/next-step.ts'
import type { Views } from '../lib/views.ts'
import type { MethodServices } from '../methods/method.ts'
import type { Console } from '../oidc/consoles/console.ts'

export interface AccountServices extends MethodServices {
  console: Console
  events: Events
  postbox: Postbox
  views: Views
  factsOf: (accountId: string) => Promise<MethodFacts[]>
}
