import type { SpanContext } from '@opentelemetry/api'

/** Version 00 of W3C Trace Context, section 3.2; a later version may append fields. */
const TRACEPARENT = /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?$/

/** The caller's span, or undefined when the header is not what it should be: then a new trace begins. */
export function parseTraceparent(header: string): SpanContext | undefined {
  const [, version, traceId, spanId, flags] = TRACEPARENT.exec(header.trim()) ?? []
  if (!traceId || !spanId || (version === '00' && header.trim().length > 55)) return undefined
  return { traceId, spanId, traceFlags: Number.parseInt(flags!, 16) & 1, isRemote: true }
}
