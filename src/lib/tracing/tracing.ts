/** What is said of a span: by OpenTelemetry's names, and nothing that is secret or a person's. */
export type Facts = Readonly<Record<string, string | number | undefined>>

/** Traces, where they are wanted. Nothing else knows who sends them, and where to. */
export interface Tracing {
  /**
   * Runs a request in a span of its own, under the caller's when there is one (traceparent, W3C Trace Context).
   * @param work is given the trace's id (32 hex digits), and says in the end what the request was
   */
  request(
    traceparent: string | undefined,
    work: (traceId: string, describe: (name: string, facts: Facts, failed: boolean) => void) => Promise<void>,
  ): Promise<void>
  /** Runs a part of the request in a span under what is under way; outside of one there is no span. */
  step<T>(name: string, facts: Facts, work: () => Promise<T>): Promise<T>
  /** Sends what is left. */
  close(): Promise<void>
}
