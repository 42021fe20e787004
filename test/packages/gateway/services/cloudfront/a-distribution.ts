/** A distribution of a template, its origin a closure, and requests of viewers. */
import * as cloudfront from '../../../../../packages/gateway/services/cloudfront/service.ts';
import { Faults } from '../../../../../packages/gateway/core/errors.ts';
import { StackReading } from '../../../../../packages/gateway/kernel/stack-reading.ts';
import type { HttpOutcome, HttpRequest } from '../../../../../packages/gateway/core/ports.ts';
import type { ScreenedRequest, ScreenVerdict } from '../../../../../packages/gateway/core/stage-screens.ts';
import type { ResolvedStack, UnsupportedItem } from '../../../../../packages/gateway/core/stack/model.ts';
import type { EdgeRecord } from '../../../../../packages/gateway/kernel/edge-record.ts';
import type { ServicePorts, ServiceSettings } from '../../../../../packages/gateway/kernel/service.ts';
import { stackOf } from '../../../../support/an-event-engine.ts';
import { CountingRandom, VirtualClock } from '../../../../support/virtual-ports.ts';

type Origin = (request: HttpRequest, serial: number) => HttpOutcome | Promise<HttpOutcome>;

type Options = {
  /** Members of the default behavior in YAML, beside target and protocol. */
  readonly behavior?: string;
  readonly viewerProtocol?: string;
  /** Members of the configuration. */
  readonly config?: string;
  readonly origin?: Origin;
  /** Members of the only origin. */
  readonly originConfig?: string;
  /** Further resources. */
  readonly more?: string;
  readonly settings?: ServiceSettings;
  readonly judge?: (arn: string, request: ScreenedRequest) => ScreenVerdict | undefined;
};

export type Asked = {
  readonly method?: string;
  readonly headers?: readonly string[];
  readonly host?: string;
  readonly body?: string;
};

type Shown = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

export type Bench = {
  readonly service: ReturnType<typeof cloudfront.open>;
  readonly clock: VirtualClock;
  /** The requests that the origin received. */
  readonly requests: HttpRequest[];
  readonly faults: Faults;
  readonly unsupported: readonly UnsupportedItem[];
  readonly logged: Record<string, unknown>[];
  /** What CloudFront answered itself. */
  readonly edges: EdgeRecord[];
  readonly stacks: readonly ResolvedStack[];
  ask(target: string, asked?: Asked): Promise<Shown>;
  /** Invalidates, and answers as the call did. */
  call(method: string, path: string, body?: string, query?: string): { status: number; body: string };
  /** Loads another template. */
  load(options: Options): void;
};

export const answered = (
  body: string,
  headers: readonly string[] = ['Cache-Control', 'max-age=60'],
  status = 200,
): HttpOutcome => {
  const bytes = Buffer.from(body);
  return {
    kind: 'answered',
    status,
    headers: [...headers, 'Content-Length', String(bytes.length)],
    body: bytes,
  };
};

export const KEY_OF_PATH = 'b2884449-e4de-46a7-ac36-70bc7f1ddd6d';
export const NO_CACHE = '4135ea2d-6df8-44a3-9df3-4b5a84be39ad';

function resourcesOf({
  behavior = `CachePolicyId: ${KEY_OF_PATH}`,
  config = '',
  originConfig = '',
  more = '',
  viewerProtocol = 'allow-all',
}: Options): string {
  return `
  Edge:
    Type: AWS::CloudFront::Distribution
    Properties:
      DistributionConfig:
        Enabled: true
        Origins:
          - Id: api
            DomainName: abc.execute-api.us-east-1.amazonaws.com
            CustomOriginConfig: { OriginProtocolPolicy: https-only }
${indent(originConfig, 12)}
        DefaultCacheBehavior:
          TargetOriginId: api
          ViewerProtocolPolicy: ${viewerProtocol}
${indent(behavior, 10)}
${indent(config, 8)}
${more}`;
}

function indent(text: string, count: number): string {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => ' '.repeat(count) + line)
    .join('\n');
}

export function aDistribution(options: Options = {}): Bench {
  const clock = new VirtualClock();
  const requests: HttpRequest[] = [];
  const logged: Record<string, unknown>[] = [];
  const edges: EdgeRecord[] = [];
  let stacks: readonly ResolvedStack[] = [];
  const faults = new Faults(false);
  const unsupported: UnsupportedItem[] = [];
  const origin = options.origin ?? ((_, serial) => answered(String(serial)));
  const ports = {
    clock,
    random: new CountingRandom(),
    settings: options.settings ?? {},
    edges: { publish: (record: EdgeRecord) => void edges.push(record) },
    screens: { judge: options.judge ?? (() => undefined) },
    logGroups: {
      write: (_: string, line: string) => void logged.push(JSON.parse(line) as Record<string, unknown>),
    },
    http: {
      send: (request: HttpRequest) => {
        requests.push(request);
        return Promise.resolve(origin(request, requests.length));
      },
    },
  };
  const service = cloudfront.open(ports as unknown as ServicePorts);
  const load = (given: Options): void => {
    stacks = [stackOf({ resources: resourcesOf(given) })];
    const reading = new StackReading(stacks, { isElsewhere: () => false, tolerance: faults });
    const apply = service.prepare(reading);
    unsupported.push(...reading.unsupported);
    apply();
  };
  load(options);
  return {
    service,
    clock,
    requests,
    faults,
    unsupported,
    logged,
    edges,
    get stacks() {
      return stacks;
    },
    load,
    async ask(target, { method = 'GET', headers = [], host, body = '' } = {}) {
      const [front] = service.fronts();
      if (front === undefined) throw new Error('no distribution is served');
      const [path = '', query = ''] = target.split('?');
      const name = host ?? front.name;
      const reply = await front.serve({
        method,
        path,
        query,
        rawHeaders: ['Host', name, ...headers],
        body: Buffer.from(body),
        host: name,
        remoteAddress: '203.0.113.7',
        remotePort: 50_123,
      });
      return { status: reply.status, headers: headersOf(reply.headers), body: reply.body.toString() };
    },
    call(method, path, body, query = '') {
      const request = { service: 'cloudfront', method, path, query, headers: [], body } as never;
      const answer = service.api.answer({ request, operation: { protocol: 'rest' } as never });
      if (answer === undefined || !('status' in answer)) throw new Error('unknown operation');
      return { status: answer.status, body: 'body' in answer ? answer.body.toString() : '' };
    },
  };
}

/** Returns the headers by lower-case name; the values of repeated headers are joined by a bar. */
function headersOf(lines: readonly string[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (let index = 0; index + 1 < lines.length; index += 2) {
    const name = (lines[index] ?? '').toLowerCase();
    found[name] =
      found[name] === undefined ? (lines[index + 1] ?? '') : `${found[name]} | ${lines[index + 1]}`;
  }
  return found;
}

export function sentHeaders({ headers }: HttpRequest): Record<string, string> {
  return headersOf(headers);
}

export function invalidation(paths: readonly string[], reference: string): string {
  const items = paths.map((path) => `<Path>${path}</Path>`).join('');
  return `<InvalidationBatch><Paths><Quantity>${paths.length}</Quantity><Items>${items}</Items></Paths><CallerReference>${reference}</CallerReference></InvalidationBatch>`;
}
