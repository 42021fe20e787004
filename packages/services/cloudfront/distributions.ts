/**
 * CloudFront for invalidators: CreateInvalidation is checked, answered and recorded; nothing is invalidated.
 */
import { escapeXml } from '../../kernel/calls/aws-operation.ts';
import type { Clock, HttpOutcome, Random, ServiceRequest } from '../../core/ports.ts';

type Answered = Extract<HttpOutcome, { kind: 'answered' }>;
type Made = { readonly id: string; readonly paths: readonly string[]; readonly createTime: string };

/** AWS: per distribution, in progress at a time. */
const MAX_PATHS = 3_000;
/** Ours: references remembered for repeated calls. */
const MAX_REFERENCES = 1_000;
const TARGET = /^\/\d{4}-\d{2}-\d{2}\/distribution\/([A-Z0-9]{1,32})\/invalidation\/?$/;
const NAMESPACE = 'http://cloudfront.amazonaws.com/doc/2020-05-31/';

/** The distribution of a call; undefined: another operation. */
function distributionOf({ method, path }: Pick<ServiceRequest, 'method' | 'path'>): string | undefined {
  return method === 'POST' ? TARGET.exec(path)?.[1] : undefined;
}

export class RecordedDistributions {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #made = new Map<string, Made>();

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  /** Undefined for unknown operations. */
  answer(request: ServiceRequest): Answered | undefined {
    const distribution = distributionOf(request);
    if (distribution === undefined) return undefined;
    const text = Buffer.from(request.body ?? '').toString('utf8');
    const paths = [...text.matchAll(/<Path>([^<]*)<\/Path>/g)].map(([, path = '']) => unescapeXml(path));
    const reference = /<CallerReference>([^<]+)<\/CallerReference>/.exec(text)?.[1];
    const quantity = Number(/<Quantity>(\d+)<\/Quantity>/.exec(text)?.[1]);
    if (reference === undefined || paths.length === 0)
      return this.#error('MalformedXML', 'The XML document is malformed.');
    if (quantity !== paths.length)
      return this.#error(
        'InconsistentQuantities',
        'The value of Quantity and the size of Items do not match.',
      );
    if (paths.length > MAX_PATHS)
      return this.#error('BatchTooLarge', 'The number of paths exceeds the maximum.', 413);
    if (paths.some((path) => !path.startsWith('/') || /\*./.test(path)))
      return this.#error('InvalidArgument', 'Your request contains one or more invalid invalidation paths.');
    return this.#create({ distribution, reference, paths });
  }

  clear(): void {
    this.#made.clear();
  }

  #create({
    distribution,
    reference,
    paths,
  }: {
    distribution: string;
    reference: string;
    paths: string[];
  }): Answered {
    const key = `${distribution} ${reference}`;
    const known = this.#made.get(key);
    if (known !== undefined && known.paths.join('\n') !== paths.join('\n'))
      return this.#error(
        'InvalidationBatchAlreadyExists',
        'The caller reference is already used with another invalidation batch.',
      );
    const createTime = new Date(this.#clock.nowEpochMs()).toISOString();
    const made = known ?? { id: `I${this.#random.hex(13).toUpperCase()}`, paths, createTime };
    this.#made.set(key, made);
    const [oldest] = this.#made.keys();
    if (this.#made.size > MAX_REFERENCES && oldest !== undefined) this.#made.delete(oldest);
    const items = paths.map((path) => `<Path>${escapeXml(path)}</Path>`).join('');
    const body =
      `<?xml version="1.0"?>\n<Invalidation xmlns="${NAMESPACE}"><Id>${made.id}</Id><Status>InProgress</Status>` +
      `<CreateTime>${made.createTime}</CreateTime><InvalidationBatch><Paths><Quantity>${paths.length}</Quantity>` +
      `<Items>${items}</Items></Paths><CallerReference>${reference}</CallerReference></InvalidationBatch></Invalidation>`;
    const location = `https://cloudfront.amazonaws.com/2020-05-31/distribution/${distribution}/invalidation/${made.id}`;
    return this.#reply(201, body, ['Location', location]);
  }

  #error(code: string, message: string, status = 400): Answered {
    const body =
      `<?xml version="1.0"?>\n<ErrorResponse xmlns="${NAMESPACE}"><Error><Type>Sender</Type><Code>${code}</Code>` +
      `<Message>${message}</Message></Error><RequestId>${this.#random.uuid()}</RequestId></ErrorResponse>`;
    return this.#reply(status, body);
  }

  #reply(status: number, body: string, more: readonly string[] = []): Answered {
    const headers = ['Content-Type', 'text/xml', 'x-amzn-RequestId', this.#random.uuid(), ...more];
    return { kind: 'answered', status, headers, body: Buffer.from(body) };
  }
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function unescapeXml(text: string): string {
  return text.replace(/&(?:#(\d{1,6})|(amp|lt|gt|quot|apos));/g, (_, code: string | undefined, name = '') =>
    code === undefined ? (ENTITIES[String(name)] ?? '') : String.fromCharCode(Number(code)),
  );
}
