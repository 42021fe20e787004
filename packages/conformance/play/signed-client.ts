/** Signed requests to services whose SDK packages the runner does not use, by the protocol of the service. */
import { callSigned } from '@gatewright/aws/signed-call';
import { parseJson } from '@gatewright/aws/json-object';
import { readXml } from '@gatewright/aws/read-xml';
import { asText } from '../schema/parity-case.ts';
import type { Client, ClientSettings, SdkCall, SdkService } from './client.ts';
import type { ControlReply } from '../schema/control-case.ts';
import type { Json, JsonObject } from '../schema/parity-case.ts';

const LIMITS = { timeoutMs: 30_000, maxBytes: 4 * 1024 * 1024 };

type WireRequest = {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
};

type Wire = {
  /** The name by which the service is signed, and its host at AWS. */
  readonly signedAs: string;
  readonly host: (region: string) => string;
  /** CloudFront is signed for one region. */
  readonly region?: string;
  readonly print: (call: SdkCall) => WireRequest;
  readonly read: (text: string) => Json;
};

const readJson = (text: string): Json => (text === '' ? {} : ((parseJson(text) ?? {}) as Json));

/** Describes a service of the JSON protocols, in which a header names the call. */
const byTarget = (service: string, prefix: string, version: '1.0' | '1.1', host = service): Wire => ({
  signedAs: service,
  host: (region) => `${host}.${region}.amazonaws.com`,
  print: ({ call, input }) => ({
    method: 'POST',
    path: '/',
    headers: { 'Content-Type': `application/x-amz-json-${version}`, 'X-Amz-Target': `${prefix}.${call}` },
    body: JSON.stringify(input),
  }),
  read: readJson,
});

const XRAY_PATHS: Readonly<Record<string, string>> = {
  PutTraceSegments: '/TraceSegments',
  GetTraceSummaries: '/TraceSummaries',
  BatchGetTraces: '/Traces',
};

const WIRES: Readonly<Partial<Record<SdkService, Wire>>> = {
  servicediscovery: byTarget('servicediscovery', 'Route53AutoNaming_v20170314', '1.1'),
  wafv2: byTarget('wafv2', 'AWSWAF_20190729', '1.1'),
  dynamodbstreams: byTarget('dynamodb', 'DynamoDBStreams_20120810', '1.0', 'streams.dynamodb'),
  xray: {
    signedAs: 'xray',
    host: (region) => `xray.${region}.amazonaws.com`,
    print: ({ call, input }) => ({
      method: 'POST',
      path: pathOf(XRAY_PATHS, call),
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(input),
    }),
    read: readJson,
  },
  cloudfront: {
    signedAs: 'cloudfront',
    host: () => 'cloudfront.amazonaws.com',
    region: 'us-east-1',
    print: printCloudFront,
    read: (text) => (readXml(text) ?? {}) as Json,
  },
};

const CLOUDFRONT_PATHS: Readonly<Record<string, string>> = {
  ListDistributions: 'distribution',
  GetDistribution: 'distribution/{Id}',
  CreateInvalidation: 'distribution/{DistributionId}/invalidation',
  GetInvalidation: 'distribution/{DistributionId}/invalidation/{Id}',
};

function printCloudFront({ call, input }: SdkCall): WireRequest {
  const path = pathOf(CLOUDFRONT_PATHS, call).replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(asText(input[name])),
  );
  const { InvalidationBatch: batch } = input;
  const url = `/2020-05-31/${path}`;
  if (batch === undefined) return { method: 'GET', path: url };
  const body = `<InvalidationBatch xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/">${printXml(batch)}</InvalidationBatch>`;
  return { method: 'POST', path: url, headers: { 'Content-Type': 'application/xml' }, body };
}

function pathOf(paths: Readonly<Record<string, string>>, call: string): string {
  const path = paths[call];
  if (path === undefined)
    throw new Error(`the runner has no path for ${call}; expected one of ${Object.keys(paths).join(', ')}`);
  return path;
}

export function openSignedClient(service: SdkService, settings: ClientSettings): Client {
  const wire = WIRES[service];
  if (wire === undefined) throw new Error(`the runner does not know the protocol of ${service}`);
  return { send: (call) => sendSigned(wire, settings, call), close: () => undefined };
}

async function sendSigned(
  wire: Wire,
  { endpoint, region, credentials }: ClientSettings,
  call: SdkCall,
): Promise<ControlReply> {
  const { path, ...request } = wire.print(call);
  const { status, text, headers, cause } = await callSigned({
    ...request,
    url: new URL(path, endpoint ?? `https://${wire.host(region)}`),
    service: wire.signedAs,
    region: wire.region ?? region,
    credentials: typeof credentials === 'function' ? await credentials() : credentials,
    ...LIMITS,
  });
  if (status === 0) throw cause;
  const body = wire.read(text) as JsonObject;
  return status < 300 ? { status, body } : { status, body: {}, error: errorOf(body, headers) };
}

/** Reads code and message where the protocols put them. */
function errorOf(body: JsonObject, headers: ReadonlyMap<string, string>): NonNullable<ControlReply['error']> {
  const { ErrorResponse } = body as { readonly ErrorResponse?: { readonly Error?: JsonObject } };
  const { Code, __type, Message, message } = ErrorResponse?.Error ?? body;
  const code = Code ?? __type ?? headers.get('x-amzn-errortype') ?? '';
  return {
    code: asText(code).replace(/:.*$/, '').replace(/^.*#/, ''),
    message: asText(message ?? Message),
  };
}

function printXml(value: Json): string {
  if (value === null || typeof value !== 'object') return escapeXml(String(value));
  return Object.entries(value as JsonObject)
    .flatMap(([name, member]) =>
      (Array.isArray(member) ? (member as readonly Json[]) : [member]).map(
        (one) => `<${name}>${printXml(one)}</${name}>`,
      ),
    )
    .join('');
}

const ENTITIES: readonly (readonly [sign: string, entity: string])[] = [
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&apos;'],
];

const escapeXml = (text: string): string =>
  ENTITIES.reduce((escaped, [sign, entity]) => escaped.replaceAll(sign, entity), text);
