// OpenTelemetry traces over OTLP/HTTP. This file is loaded only where an endpoint is configured.
import { AsyncLocalStorage } from 'node:async_hooks'
import {
  diag,
  DiagLogLevel,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Attributes,
  type Span,
} from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources'
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-base'
import type { Config } from '../config/schema.ts'
import type { Log } from '../log.ts'
import { parseTraceparent } from './traceparent.ts'
import type { Facts, Tracing } from './tracing.ts'

type TracingOptions = Required<Pick<Config, 'otlpEndpoint' | 'tracePercent'>>

export function startTracing({ otlpEndpoint, tracePercent }: TracingOptions, log: Log): Tracing {
  tellFailures(log)
  const named = resourceFromAttributes({ 'service.name': 'latchkey' })
  const provider = new BasicTracerProvider({
    // OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES may say more, or other.
    resource: named.merge(detectResources({ detectors: [envDetector] })),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(tracePercent / 100) }),
    spanProcessors: [
      new BatchSpanProcessor(new OTLPTraceExporter({ url: `${otlpEndpoint.replace(/\/$/, '')}/v1/traces` })),
    ],
  })
  const tracer = provider.getTracer('latchkey')
  const current = new AsyncLocalStorage<Span>()

  async function run<T>(span: Span, work: () => Promise<T>): Promise<T> {
    try {
      return await current.run(span, work)
    } catch (error) {
      // Its kind alone: a message may hold what came with the request.
      span.setAttribute('error.type', error instanceof Error ? error.name : typeof error)
      span.setStatus({ code: SpanStatusCode.ERROR })
      throw error
    } finally {
      span.end()
    }
  }

  return {
    request(traceparent, work) {
      const parent = traceparent === undefined ? undefined : parseTraceparent(traceparent)
      const context = parent ? trace.setSpanContext(ROOT_CONTEXT, parent) : ROOT_CONTEXT
      const span = tracer.startSpan('request', { kind: SpanKind.SERVER }, context)
      const { traceId } = span.spanContext()
      return run(span, () =>
        work(traceId, (name, facts, failed) => {
          span.updateName(name)
          span.setAttributes(known(facts))
          if (failed) span.setStatus({ code: SpanStatusCode.ERROR })
        }),
      )
    },
    step(name, facts, work) {
      const parent = current.getStore()
      // Not of a request (jobs, looking at the keys every few seconds), or of one that is not to be recorded.
      if (!parent || !(parent.spanContext().traceFlags & TraceFlags.SAMPLED)) return work()
      const span = tracer.startSpan(
        name,
        { kind: SpanKind.CLIENT, attributes: known(facts) },
        trace.setSpan(ROOT_CONTEXT, parent),
      )
      return run(span, work)
    },
    close: () => provider.shutdown(),
  }
}

function known(facts: Facts): Attributes {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined))
}

/** The library's own log: that traces could not be sent, and why. */
function tellFailures(log: Log): void {
  const ignore = () => {}
  const error = (message: string) => log.warn({ description: message.slice(0, 500) }, 'traces could not be sent')
  diag.setLogger({ error, warn: ignore, info: ignore, debug: ignore, verbose: ignore }, DiagLogLevel.ERROR)
}
