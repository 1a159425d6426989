// Schema versions, for processes of different ages on one store (expand, then contract). Each indexed field of a
// collection was introduced by some version, and each stored document bears the version of its writer: all fields up to
// that version are filled in. What an older process writes bears a lower number, and is filled in by the store (sqlite,
// by a trigger) or by a newer process (mongo). So a field may leave a declaration only in the release after the one that
// ceased to ask for it.

/** For each indexed field the version that introduced it, from 1. */
export type FieldVersions = Record<string, number>

/** The layout of the store itself. A store that needs a higher one than this program knows is left alone. */
export const STORE_FORMAT = 1

export function latestVersion(versions: FieldVersions): number {
  return Math.max(1, ...Object.values(versions))
}

/** Adds the fields that the store does not have yet, all by one new version. The same object when there are none. */
export function withFields(versions: FieldVersions | undefined, fields: readonly string[]): FieldVersions {
  const version = versions ? latestVersion(versions) + 1 : 1
  const added = fields.filter(field => !versions || !(field in versions))
  if (versions && added.length === 0) return versions
  return { ...versions, ...Object.fromEntries(added.map(field => [field, version])) }
}

/** The highest version of which this writer fills every field. */
export function writerVersion(versions: FieldVersions, fields: readonly string[]): number {
  const unknown = Object.keys(versions).filter(field => !fields.includes(field))
  if (unknown.length === 0) return latestVersion(versions)
  return Math.min(...unknown.map(field => versions[field]!)) - 1
}
