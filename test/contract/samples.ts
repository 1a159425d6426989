import { z } from 'zod'
import type { Declaration } from '../../src/storage/port.ts'

const personSchema = z.object({
  id: z.string(),
  email: z.string(),
  username: z.string().optional(),
  team: z.string().optional(),
  age: z.number().optional(),
  active: z.boolean().optional(),
  seen: z.array(z.number()).optional(),
  note: z.string().optional(),
})
export type Person = z.infer<typeof personSchema>

export const people: Declaration<Person> = {
  name: 'people',
  schema: personSchema,
  indexes: [
    { fields: ['email'], unique: true },
    { fields: ['username'], unique: true },
    { fields: ['team', 'age'] },
    { fields: ['active'] },
  ],
}

/** `{ id, email, … }`, the address made from the id. */
export function person(id: string, more: Partial<Person> = {}): Person {
  return { id, email: `${id}@example.com`, ...more }
}

/** The document without one of its optional fields. */
export function without<T extends object>(doc: T, field: keyof T): T {
  const copy = { ...doc }
  delete copy[field]
  return copy
}

const codeSchema = z.object({
  id: z.string(),
  grantId: z.string().optional(),
  handle: z.string().optional(),
  used: z.boolean().optional(),
  expiresAt: z.number().optional(),
})
export type Code = z.infer<typeof codeSchema>

/** They expire. */
export const codes: Declaration<Code> = {
  name: 'codes',
  schema: codeSchema,
  indexes: [{ fields: ['grantId'] }, { fields: ['handle'], unique: true }],
  expires: 'expiresAt',
}

const seatSchema = z.object({ id: z.string(), room: z.string(), row: z.number().optional() })
export type Seat = z.infer<typeof seatSchema>

/** Unique over two fields. */
export const seats: Declaration<Seat> = {
  name: 'seats',
  schema: seatSchema,
  indexes: [{ fields: ['room', 'row'], unique: true }],
}

const boxSchema = z.object({ id: z.string(), label: z.string(), content: z.unknown() })
export type Box = z.infer<typeof boxSchema>

/** They hold anything. */
export const boxes: Declaration<Box> = { name: 'boxes', schema: boxSchema, indexes: [{ fields: ['label'] }] }
