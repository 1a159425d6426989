/** A copy, all the way down, of what JSON can say: the library changes what it is given in place. */
export function thawed<V>(value: V): V {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(thawed) as V
  const copy = { ...value }
  for (const key in copy) if (typeof copy[key] === 'object') copy[key] = thawed(copy[key])
  return copy
}
