/** The segment that API Gateway sends to X-Ray for a traced request (X-Ray developer guide, "Segment documents"). */
import type { LogFacts } from './log-variables.ts';
import type { HeaderList } from './header-list.ts';

const FIELD = /(?:^|;)\s*(Root|Parent|Sampled)=([^;]+)/g;

/** Whether the client's trace header contains a sampling decision. */
export function hasSamplingDecision(headers: HeaderList): boolean {
  return /(?:^|;)\s*Sampled=[01]/.test(headers.last('x-amzn-trace-id') ?? '');
}

/** Whether a header such as `Root=…;Parent=…;Sampled=1` marks the request as sampled. */
export function isSampled(traceHeader: string): boolean {
  return readTrace(traceHeader).get('Sampled') === '1';
}

/** Returns the segment as JSON text. `name` is `{api}/{stage}`. The integration is a subsegment. */
export function traceSegment(facts: LogFacts, name: string): string {
  const { request, status, latencyMs, responseBytes, integration } = facts;
  const trace = readTrace(request.traceHeader);
  const parent = readTrace(request.headers.last('x-amzn-trace-id') ?? '').get('Parent');
  const startedAt = request.receivedAtEpochMs / 1000;
  const endedAt = startedAt + latencyMs / 1000;
  const said = trace.get('Parent') ?? '';
  // A complete header is forwarded unchanged, so its Parent is the client's segment and not the gateway's.
  const own = said === parent ? request.requestId.replaceAll('-', '').slice(-16) : said;
  return JSON.stringify({
    name,
    id: own,
    trace_id: trace.get('Root'),
    ...(parent === undefined ? {} : { parent_id: parent }),
    start_time: startedAt,
    end_time: endedAt,
    origin: 'AWS::ApiGateway::Stage',
    http: {
      request: {
        method: request.method,
        url: `https://${request.api.domainName}${request.rawPath}`,
        client_ip: request.sourceIp,
        x_forwarded_for: true,
        user_agent: request.headers.last('user-agent'),
      },
      response: { status, content_length: responseBytes },
    },
    aws: {
      api_gateway: {
        account_id: request.api.accountId,
        rest_api_id: request.api.apiId,
        stage: request.stage?.name,
        request_id: request.requestId,
      },
    },
    ...faultsOf(status),
    subsegments:
      integration?.latencyMs === undefined
        ? undefined
        : [
            {
              name: 'Integration',
              // The id has sixteen hexadecimal digits and is unique in this trace.
              id: own.split('').reverse().join(''),
              start_time: Math.max(startedAt, endedAt - integration.latencyMs / 1000),
              end_time: endedAt,
              http: { response: { status: integration.endpointStatus } },
            },
          ],
  });
}

function faultsOf(status: number): Record<string, true> {
  if (status >= 500) return { fault: true };
  if (status === 429) return { error: true, throttle: true };
  return status >= 400 ? { error: true } : {};
}

function readTrace(header: string): ReadonlyMap<string, string> {
  return new Map([...header.matchAll(FIELD)].map((match) => [match[1] ?? '', match[2] ?? '']));
}
