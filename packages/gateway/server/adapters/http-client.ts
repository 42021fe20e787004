import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { Agent, buildConnector, type Dispatcher, errors } from 'undici';
import { describeFault, gatewayError } from '../../core/errors.ts';
import type {
  ByteStream,
  ChosenInstance,
  Deadlines,
  FindInstance,
  HttpClient,
  HttpHead,
  HttpOutcome,
  HttpRequest,
  LocalOrigin,
  StreamAnswer,
  StreamTimes,
} from '../../core/ports.ts';

/** The maximum size of an integration's response in bytes, as on AWS. Streamed responses have no such limit. */
const MAX_REPLY_BYTES = 10 * 1024 * 1024;
/**
 * Undici's value for "no limit". A stream needs no limit, because its reader requests the next part only when the last
 * part has been sent.
 */
const UNBOUNDED = -1;
const CONNECT_TIMEOUT_MS = 10_000;
const MAX_CONNECTIONS_PER_ORIGIN = 128;
const MAX_HEADER_BYTES = 64 * 1024;

interface ClosableHttpClient extends HttpClient {
  close(): Promise<void>;
}

/**
 * Creates the HTTP client for calls to backends.
 * @param vpcLinks the origins of VPC links by id or name, from `--vpc-link name=url[,url]`; several origins are used in
 * turn
 * @param localOrigin returns the local address of a host that this gateway serves itself; undefined for all other hosts
 * @param deadlineOf returns the signal that aborts a request that takes too long
 * @param findInstance finds an instance of a service behind a VPC link; if a service has no instances, the link's
 * address is called
 */
export function createHttpClient(
  vpcLinks: Pick<ReadonlyMap<string, readonly string[]>, 'get'> = new Map(),
  localOrigin: (host: string) => LocalOrigin | undefined = () => undefined,
  deadlineOf: Deadlines['signal'] = (ms) => AbortSignal.timeout(ms),
  findInstance: FindInstance = () => Promise.resolve(undefined),
): ClosableHttpClient {
  const agents = new Agents(MAX_REPLY_BYTES);
  const streaming = new Agents(UNBOUNDED);
  const turns = new Map<string, number>();
  const originOf = (request: HttpRequest): string | undefined => {
    if (request.vpcLink === undefined) return request.origin;
    const origins = vpcLinks.get(request.vpcLink) ?? [];
    const turn = turns.get(request.vpcLink) ?? 0;
    turns.set(request.vpcLink, (turn + 1) % Math.max(1, origins.length));
    return origins[turn];
  };
  const call = async <Outcome>(
    request: HttpRequest,
    run: (origin: string, request: HttpRequest) => Promise<Outcome>,
  ): Promise<Outcome | Failure> => {
    const { serviceArn } = request;
    const instance = serviceArn === undefined ? undefined : await findInstance(serviceArn).catch(notFound);
    if (instance?.kind === 'none')
      return { kind: 'unreachable', reason: 'address', message: instance.message };
    const isPublic = request.vpcLink === undefined && URL.canParse(request.origin);
    const local = isPublic ? localOrigin(new URL(request.origin).host) : undefined;
    const origin = instance?.origin ?? local?.origin ?? originOf(request);
    if (origin === undefined)
      return {
        kind: 'unreachable',
        reason: 'address',
        message: describeMissing(request),
      };
    try {
      const outcome = await run(origin, local === undefined ? request : withHost(request, local));
      instance?.ended(true);
      return outcome;
    } catch (error) {
      const failure = toFailure(error, instance === undefined ? request : { ...request, origin });
      instance?.ended(!isUnconnected(failure));
      return failure;
    }
  };
  return {
    send: (request) =>
      call(request, (origin, sent) => exchange(agents.of(sent), toOptions(origin, sent, deadlineOf), sent)),
    stream: (request) =>
      call(request, (origin, sent) =>
        openStream(streaming.of(sent), toOptions(origin, sent, deadlineOf), { ...request, ...sent }),
      ),
    async close() {
      await Promise.all([agents.destroy(), streaming.destroy()]);
    },
  };
}

function isUnconnected(failure: Failure): boolean {
  return failure.kind === 'unreachable' && (failure.reason === 'network' || failure.reason === 'address');
}

/** Converts an error of the search for instances, such as a faulty --cloud-map file, to a result. */
function notFound(fault: unknown): ChosenInstance {
  return {
    kind: 'none',
    message: `the instances of the Cloud Map service cannot be found: ${describeFault(fault)}`,
  };
}

function describeMissing({ vpcLink = '', serviceArn }: HttpRequest): string {
  return serviceArn === undefined
    ? `VPC link ${vpcLink} has no address; give one with --vpc-link`
    : `the Cloud Map service ${serviceArn} has no instances, and VPC link ${vpcLink} has no address: register an instance, list the instances in the --cloud-map file, or give the VPC link an address with --vpc-link`;
}

/** Adds a Host header if there is none, because the local port recognizes the API by this header. */
function withHost(given: HttpRequest, { trusted }: LocalOrigin): HttpRequest {
  const request = trusted === undefined ? given : { ...given, trusted };
  const isNamed = request.headers.some((text, index) => index % 2 === 0 && text.toLowerCase() === 'host');
  if (isNamed) return request;
  return { ...request, headers: ['Host', new URL(request.origin).host, ...request.headers] };
}

type Certified = Pick<HttpRequest, 'clientCertificate' | 'trusted'>;

/**
 * The connection pools, one for each client certificate and trusted authority. Requests with different certificates
 * therefore never share a connection.
 */
class Agents {
  readonly #maxBytes: number;
  readonly #plain: Agent;
  /** The pools by certificate. Their number is limited by AWS's limit of certificates per account. */
  readonly #certified = new Map<string, Agent>();

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
    this.#plain = openAgent({}, maxBytes);
  }

  of(request: HttpRequest): Agent {
    const { clientCertificate, trusted } = request;
    if (clientCertificate === undefined && trusted === undefined) return this.#plain;
    const key = `${clientCertificate?.certificate ?? ''} ${trusted ?? ''}`;
    const known = this.#certified.get(key);
    if (known !== undefined) return known;
    const opened = openAgent(request, this.#maxBytes);
    this.#certified.set(key, opened);
    return opened;
  }

  async destroy(): Promise<void> {
    await Promise.all([this.#plain, ...this.#certified.values()].map((agent) => agent.destroy()));
  }
}

function openAgent(of: Certified, maxResponseSize: number): Agent {
  return new Agent({
    connect: createConnector(of),
    connections: MAX_CONNECTIONS_PER_ORIGIN,
    maxHeaderSize: MAX_HEADER_BYTES,
    maxResponseSize,
    // Undici's own limits are switched off, because they would end long integrations. Only the request's deadline
    // limits its time.
    headersTimeout: 0,
    bodyTimeout: 0,
    allowH2: false,
  });
}

type Failure = Exclude<HttpOutcome, { kind: 'answered' }>;

async function exchange(
  agent: Agent,
  options: Dispatcher.RequestOptions,
  request: HttpRequest,
): Promise<HttpOutcome> {
  const reply = await agent.request(options);
  const body = Buffer.from(await reply.body.arrayBuffer());
  // With `raw`, the headers are the flat list that Node calls rawHeaders.
  const headers = rawList(reply.headers);
  const unpacked = request.unpacks ? unpack(headers, body) : body;
  return {
    kind: 'answered',
    status: reply.statusCode,
    headers,
    body: unpacked,
    ...(unpacked !== body && { isUnpacked: true }),
  };
}

async function openStream(
  agent: Agent,
  options: Dispatcher.RequestOptions,
  request: HttpRequest & StreamTimes,
): Promise<StreamAnswer<HttpHead>> {
  const { idleMs } = request;
  const reply = await agent.request({
    ...options,
    headersTimeout: idleMs,
    bodyTimeout: idleMs,
  });
  const head = { status: reply.statusCode, headers: rawList(reply.headers) };
  return { kind: 'streams', head, body: new BackendStream(reply.body, request) };
}

function toOptions(
  origin: string,
  request: HttpRequest,
  deadlineOf: Deadlines['signal'],
): Dispatcher.RequestOptions {
  return {
    origin,
    path: request.target,
    method: request.method,
    headers: encodeUpgrade(request.headers),
    body: request.body ?? null,
    signal: deadlineOf(request.timeoutMs),
    responseHeaders: 'raw',
  };
}

/** The body of a backend's response as it arrives. The backend sends more only when a part has been read. */
class BackendStream implements ByteStream {
  readonly #body: Readable;
  readonly #request: HttpRequest;

  constructor(body: Readable, request: HttpRequest) {
    this.#body = body;
    this.#request = request;
    // The body may break off before it is read. In this case, the reader gets the error.
    body.on('error', () => undefined);
  }

  cancel(): void {
    this.#body.destroy();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, undefined> {
    try {
      for await (const chunk of this.#body) if (Buffer.isBuffer(chunk)) yield chunk;
    } catch (error) {
      const failure = toFailure(error, this.#request);
      const reason = failure.kind === 'timed-out' ? 'the integration timeout has passed' : failure.message;
      throw gatewayError('INTEGRATION_FAILURE', { source: 'integration', reason });
    }
  }
}

function rawList(headers: unknown): string[] {
  if (!Array.isArray(headers)) throw new TypeError('undici gave no raw headers');
  return headers.map((text: unknown) => (Buffer.isBuffer(text) ? text.toString('latin1') : String(text)));
}

/** Decompresses a body. A body that cannot be decompressed is passed on unchanged. */
function unpack(headers: readonly string[], body: Buffer): Buffer {
  const at = headers.findIndex((name, index) => index % 2 === 0 && name.toLowerCase() === 'content-encoding');
  const encoding = at === -1 ? '' : (headers[at + 1] ?? '').trim().toLowerCase();
  try {
    return DECODERS[encoding]?.(body, { maxOutputLength: MAX_REPLY_BYTES }) ?? body;
  } catch {
    return body;
  }
}

const DECODERS: Readonly<
  Record<string, ((body: Buffer, options: { maxOutputLength: number }) => Buffer) | undefined>
> = { gzip: gunzipSync, 'x-gzip': gunzipSync, deflate: inflateSync, br: brotliDecompressSync };

const NO_SUCH_HOST = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'EAI_FAIL',
  'EAI_NODATA',
  'EAI_NONAME',
  'ERR_INVALID_URL',
]);

/** Codes of Node and OpenSSL for a certificate that is not trusted, and for a server without TLS. */
const TLS_FAULT =
  /^(?:ERR_TLS_|ERR_SSL_|EPROTO$|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH$)/;

/**
 * Converts an error of a call to a failure, which is a timeout, or otherwise names the step at which the call failed.
 */
export function toFailure(error: unknown, request: HttpRequest): Failure {
  if (error instanceof DOMException && error.name === 'TimeoutError') return { kind: 'timed-out' };
  if (error instanceof errors.HeadersTimeoutError) return { kind: 'timed-out' };
  const message = error instanceof Error ? error.message : String(error);
  const where = `${request.method} ${request.origin}: ${message}`;
  if (error instanceof errors.ResponseExceededMaxSizeError)
    return { kind: 'unreachable', reason: 'too-large', message: where };
  if (error instanceof errors.InvalidArgumentError || error instanceof errors.NotSupportedError)
    return { kind: 'unreachable', reason: 'request', message: where };
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const reason = typeof code === 'string' && NO_SUCH_HOST.has(code) ? 'address' : 'network';
  if (typeof code === 'string' && TLS_FAULT.test(code))
    // Node's message ends with advice for programs. It is removed, because API Gateway has no such setting.
    return { kind: 'unreachable', reason, message: where.replace(/; if the root CA .*$/s, ''), isTls: true };
  return { kind: 'unreachable', reason, message: where };
}

/**
 * A prefix that replaces the name of the `Upgrade` header until the request reaches the socket. A mapping may set
 * `Upgrade`, and AWS sends the header unchanged [obs], but undici refuses to send it. Outsiders cannot guess the
 * prefix.
 */
const SMUGGLED = `x-${randomUUID()}-`;

function encodeUpgrade(headers: readonly string[]): string[] {
  return headers.map((text, index) =>
    index % 2 === 0 && text.toLowerCase() === 'upgrade' ? `${SMUGGLED}${text}` : text,
  );
}

/**
 * Creates the connections. Undici always writes a `Connection` header, but AWS sends none [obs], so the header is
 * removed from the request head. Undici writes heads as strings and bodies as bytes, so only strings are searched.
 */
function createConnector({ clientCertificate, trusted }: Certified): buildConnector.connector {
  const certified = {
    ...(clientCertificate !== undefined && {
      cert: clientCertificate.certificate,
      key: clientCertificate.privateKey,
    }),
    ...(trusted !== undefined && { ca: trusted }),
  };
  const connect = buildConnector({ timeout: CONNECT_TIMEOUT_MS, allowH2: false, ...certified });
  return (options, callback) =>
    connect(options, (...result) => {
      if (result[0] === null) writeHeadsAsAws(result[1]);
      callback(...result);
    });
}

function writeHeadsAsAws(socket: Socket): void {
  const write = socket.write.bind(socket) as (...rest: unknown[]) => boolean;
  socket.write = (chunk: unknown, ...rest: unknown[]): boolean =>
    write(
      typeof chunk === 'string'
        ? chunk.replace('\r\nconnection: keep-alive\r\n', '\r\n').replace(SMUGGLED, '')
        : chunk,
      ...rest,
    );
}
