// Every limit there is, in one table: docs/limits.md is made from it, and each can be changed or switched off by its name.

import type { ListedRule } from './rule.ts'

const HOUR = 3600
const DAY = 86_400
const guesses = { max: 5, window: 300, lock: 900, longestLock: 4 * HOUR }

export const rules = {
  passwordAccount: {
    name: 'password.account',
    by: 'account',
    counts: 'wrong passwords for an account',
    ...guesses,
  },
  passwordDevice: {
    name: 'password.device',
    by: 'device',
    counts: 'wrong passwords on a device that the account is known on; nobody else can lock it',
    ...guesses,
  },
  passwordNetwork: {
    name: 'password.address',
    by: 'network',
    counts: 'wrong passwords from a network',
    max: 50,
    window: 300,
  },
  // One customer of IPv6 has 65,536 networks of that size.
  passwordSite: {
    name: 'password.site',
    by: 'site',
    counts: 'wrong passwords from a site',
    max: 400,
    window: 300,
  },
  passwordEveryone: {
    name: 'password.global',
    by: 'everyone',
    counts: 'wrong passwords',
    max: 10_000,
    window: 300,
  },
  begun: {
    name: 'attempt.address',
    by: 'network',
    counts: 'sign-ins that were begun and not finished',
    max: 1000,
    window: 600,
    flood: true,
  },
  consoleBegun: {
    name: 'console.address',
    by: 'network',
    counts: 'ways to the account console that were begun and not finished',
    max: 1000,
    window: 600,
    flood: true,
  },
  signup: {
    name: 'signup.address',
    by: 'network',
    counts: 'registrations sent',
    max: 200,
    window: HOUR,
    flood: true,
  },
  resend: {
    name: 'resend.address',
    by: 'network',
    counts: 'mails asked for once more',
    max: 200,
    window: HOUR,
    flood: true,
  },
  username: {
    name: 'username.address',
    by: 'network',
    counts: 'usernames asked about',
    max: 30,
    window: HOUR,
    flood: true,
  },
  linkPassword: {
    name: 'link.password',
    by: 'target',
    counts: 'wrong passwords at the link of a registration',
    max: 5,
    window: 900,
    lock: 900,
  },
  linksOfClient: {
    name: 'link.client',
    by: 'client',
    counts: 'links that an app had mailed',
    max: 2000,
    window: HOUR,
    flood: true,
  },
  linksToAddress: {
    name: 'link.address',
    by: 'target',
    counts: 'links to an address that one app had mailed',
    max: 5,
    window: 900,
  },
  // From one network alone nobody can use up what an address may get, and so keep its owner from registering.
  mailsHere: {
    name: 'mail.network',
    by: 'target',
    counts: 'mails to an address that one network asked for',
    max: 20,
    window: HOUR,
  },
  mails: {
    name: 'mail.address',
    by: 'target',
    counts: 'mails to an address that strangers asked for',
    max: 100,
    window: HOUR,
  },
  addressChange: {
    name: 'account.address',
    by: 'account',
    counts: 'changes of its address that an account asked for',
    max: 5,
    window: HOUR,
  },
  mailBudget: {
    name: 'mail.budget',
    by: 'everyone',
    counts: 'mails that strangers asked for',
    max: 20_000,
    window: HOUR,
    budget: 'mail.budget',
  },
  // New mails bring new codes and new tries: of all of them together, a day of guessing finds one in 20,000.
  verification: {
    name: 'verify.day',
    by: 'target',
    counts: 'wrong codes that were to prove an address',
    max: 50,
    window: DAY,
  },
  smsNumber: {
    name: 'sms.number',
    by: 'target',
    counts: 'text messages to a number',
    max: 5,
    window: HOUR,
  },
  smsNumberADay: {
    name: 'sms.number_day',
    by: 'target',
    counts: 'text messages to a number, a day',
    max: 10,
    window: DAY,
  },
  smsAccount: {
    name: 'sms.account_day',
    by: 'account',
    counts: 'text messages of an account',
    max: 10,
    window: DAY,
  },
  smsNetwork: {
    name: 'sms.network_day',
    by: 'network',
    counts: 'text messages that a network asked for',
    max: 50,
    window: DAY,
  },
  smsBudget: {
    name: 'sms.budget',
    by: 'everyone',
    counts: 'text messages',
    max: 1000,
    window: DAY,
    budget: 'sms.budget',
  },
  // Each one asked for is a series of mails to the owner.
  recoveryAccount: {
    name: 'recovery.account',
    by: 'account',
    counts: 'ways back in without the second factor that an account asked for',
    max: 3,
    window: 7 * DAY,
  },
  recoveryNetwork: {
    name: 'recovery.network',
    by: 'network',
    counts: 'ways back in without the second factor that a network asked for',
    max: 20,
    window: DAY,
  },
  clientSecret: {
    name: 'client.secret',
    by: 'client',
    counts: 'requests of a client, from one network, whose authentication failed',
    max: 30,
    window: 300,
    flood: true,
  },
  introspected: {
    name: 'introspect.client',
    by: 'client',
    counts: 'introspections of a client, from one network, of what is no token (any more)',
    max: 6000,
    window: 300,
    flood: true,
  },
  apiClient: {
    name: 'api.client',
    by: 'client',
    counts: 'requests to the API of an app',
    max: 600,
    window: 60,
    flood: true,
  },
  apiNetwork: {
    name: 'api.network',
    by: 'network',
    counts: 'requests to the API without a token that counts there',
    max: 100,
    window: 300,
    flood: true,
  },
} satisfies Record<string, ListedRule>

/**
 * The limits of a way to sign in whose secret is short, by its id. Of 1,000,000 codes, three of which may be right at a
 * time, a day of trying finds one in 6,000 accounts.
 */
export function rulesOfMethod(method: string) {
  return {
    account: {
      name: `${method}.account`,
      by: 'account',
      counts: 'wrong answers for an account, or on one of its devices',
      max: 5,
      window: 900,
      lock: 900,
    },
    day: {
      name: `${method}.day`,
      by: 'account',
      counts: 'wrong answers for an account, or on one of its devices, a day',
      max: 50,
      window: DAY,
    },
    // Whoever can make devices known is bounded too, and strangers cannot use it up.
    devices: {
      name: `${method}.devices`,
      by: 'account',
      counts: 'wrong answers on all known devices of an account together, a day',
      max: 200,
      window: DAY,
    },
    // Per network, so that nobody far away can use up what the owner may ask for.
    sentHere: {
      name: `${method}.sent_here`,
      by: 'account',
      counts: 'codes or links of an account that one network asked for',
      max: 5,
      window: 900,
    },
    sent: {
      name: `${method}.sent`,
      by: 'account',
      counts: 'codes or links of an account',
      max: 20,
      window: HOUR,
    },
    sentNetwork: {
      name: `${method}.sent_network`,
      by: 'network',
      counts: 'codes or links that a network asked for',
      max: 200,
      window: HOUR,
    },
  } satisfies Record<string, ListedRule>
}
