// An OpenTelemetry collector as far as traces go: it takes OTLP over HTTP, in JSON, and keeps every span.
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export interface ReceivedSpan {
  traceId: string
  spanId: string
  parentSpanId: string | undefined
  name: string
  failed: boolean
  attributes: Record<string, string | number>
}

export interface Collector {
  url: string
  spans: ReceivedSpan[]
  /** `service.name` and the like, of the last request. */
  resource: Record<string, string | number>
  /** Everything that came, as it came. */
  raw: string
  paths: string[]
  close(): Promise<void>
}

interface Attribute {
  key: string
  value: { stringValue?: string; intValue?: number | string }
}
interface ExportedSpan {
  traceId: string
  spanId: string
  parentSpanId?: string
  name: string
  status: { code?: number }
  attributes: Attribute[]
}
interface Export {
  resourceSpans: { resource: { attributes: Attribute[] }; scopeSpans: { spans: ExportedSpan[] }[] }[]
}

const STATUS_ERROR = 2

export async function startCollector(): Promise<Collector> {
  const collector: Omit<Collector, 'url' | 'close'> = { spans: [], resource: {}, raw: '', paths: [] }
  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request)
    collector.paths.push(request.url!)
    collector.raw += body
    for (const { resource, scopeSpans } of (JSON.parse(body) as Export).resourceSpans) {
      collector.resource = valuesOf(resource.attributes)
      collector.spans.push(...scopeSpans.flatMap(scope => scope.spans.map(received)))
    }
    response.writeHead(200, { 'Content-Type': 'application/json' }).end('{}')
  }
  const server = createServer((request, response) => void take(request, response)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return Object.assign(collector, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  })
}

function received({ traceId, spanId, parentSpanId, name, status, attributes }: ExportedSpan): ReceivedSpan {
  return {
    traceId,
    spanId,
    parentSpanId: parentSpanId || undefined,
    name,
    failed: status.code === STATUS_ERROR,
    attributes: valuesOf(attributes),
  }
}

function valuesOf(attributes: Attribute[]): Record<string, string | number> {
  return Object.fromEntries(
    attributes.map(({ key, value }) => [key, value.stringValue ?? Number(value.intValue)] as const),
  )
}
