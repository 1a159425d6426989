import { createHash } from 'node:crypto'
import { bounded, isSame, type Format } from './format.ts'

const ALPHABET = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const FORM = /^\$[PH]\$([./0-9A-Za-z])([./0-9A-Za-z]{8})([./0-9A-Za-z]{22})$/

/** phpass, the portable hash of WordPress (`$P$`) and phpBB (`$H$`): MD5 again and again. */
export const phpass: Format = stored => {
  const [, count, salt, hash] = FORM.exec(stored) ?? []
  if (!hash) return undefined
  const rounds = 2 ** bounded('the logarithm of the rounds of phpass', ALPHABET.indexOf(count!), 20)
  return password => {
    const text = Buffer.from(password)
    const md5 = (...parts: (string | Buffer)[]) =>
      createHash('md5')
        .update(Buffer.concat(parts.map(part => Buffer.from(part))))
        .digest()
    let digest = md5(salt!, text)
    for (let round = 0; round < rounds; round += 1) digest = md5(digest, text)
    return isSame(Buffer.from(encode(digest)), Buffer.from(hash))
  }
}

/** Base64 of its own: the lowest bits first. */
function encode(digest: Buffer): string {
  let text = ''
  for (let at = 0; at < digest.length; at += 3) {
    const three = digest[at]! | ((digest[at + 1] ?? 0) << 8) | ((digest[at + 2] ?? 0) << 16)
    const letters = Math.min(4, Math.ceil(((digest.length - at) * 8) / 6))
    for (let letter = 0; letter < letters; letter += 1) text += ALPHABET[(three >> (6 * letter)) & 63]
  }
  return text
}
