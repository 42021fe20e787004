/**
 * Handles the calls that SDKs make to CloudFront: invalidations, and calls that read distributions (CloudFront API
 * reference, 2020-05-31).
 */
import type { Clock, Random, ServiceRequest } from '../../core/ports.ts';
import type { Answered } from '../../kernel/service.ts';
import type { Distribution } from './distribution.ts';
import { Invalidations } from './invalidations.ts';
import type { Invalidation } from './invalidations.ts';
import { distributionListXml, distributionXml, invalidationXml, printDocument } from './xml.ts';
import { unescapeXml } from '../../kernel/calls/aws-operation.ts';

/** AWS's limit, per distribution, for the number of paths that are being invalidated. */
const MAX_PATHS = 3_000;
const MAX_PATH = 4_000;
const MAX_ITEMS = 100;
/** The operations, with their methods and the paths below the version of the API. */
const CALLS = {
  CreateInvalidation: ['POST', '/distribution/{id}/invalidation'],
  GetDistribution: ['GET', '/distribution/{id}'],
  GetInvalidation: ['GET', '/distribution/{id}/invalidation/{invalidation}'],
  ListDistributions: ['GET', '/distribution'],
} as const;
type EdgeCall = keyof typeof CALLS;
export const EDGE_CALLS = Object.keys(CALLS) as readonly EdgeCall[];
const PATHS: ReadonlyMap<EdgeCall, RegExp> = new Map(
  EDGE_CALLS.map((name) => {
    const path = CALLS[name][1].replaceAll(/\{(\w+)\}/g, '(?<$1>[A-Z0-9]{1,32})');
    return [name, new RegExp(`^/\\d{4}-\\d{2}-\\d{2}${path}/?$`)];
  }),
);

type CallPorts = {
  readonly clock: Clock;
  readonly random: Random;
  /**
   * The distributions of the stacks. If there are none, every id is treated as a distribution outside this run, and its
   * invalidations are only recorded.
   */
  readonly distributions: () => readonly Distribution[];
  readonly invalidate: (invalidation: Invalidation) => void;
};

export class CloudFrontCalls {
  readonly #ports: CallPorts;
  readonly #invalidations: Invalidations;
  readonly #loadedAt: string;

  constructor(ports: CallPorts) {
    this.#ports = ports;
    this.#invalidations = new Invalidations(ports.clock, ports.random);
    this.#loadedAt = new Date(ports.clock.nowEpochMs()).toISOString();
  }

  clear(): void {
    this.#invalidations.clear();
  }

  /** Handles a call; undefined for unknown operations. */
  answer(request: ServiceRequest): Answered | undefined {
    const call = EDGE_CALLS.find(
      (name) => CALLS[name][0] === request.method && PATHS.get(name)?.test(request.path),
    );
    if (call === undefined) return undefined;
    const { id = '', invalidation = '' } = PATHS.get(call)?.exec(request.path)?.groups ?? {};
    if (call === 'ListDistributions') return this.#listDistributions(request);
    const distributions = this.#ports.distributions();
    const found = distributions.find((one) => one.id === id);
    const isOfInvalidations = CALLS[call][1].includes('/invalidation');
    if (found === undefined && (distributions.length > 0 || !isOfInvalidations))
      return this.#error('NoSuchDistribution', 'The specified distribution does not exist.', 404);
    switch (call) {
      case 'CreateInvalidation':
        return this.#create(id, request);
      case 'GetInvalidation':
        return this.#get(id, invalidation);
      default:
        return found === undefined ? undefined : this.#describe(found);
    }
  }

  #describe(found: Distribution): Answered {
    const body = printDocument('Distribution', distributionXml(found, this.#loadedAt));
    return this.#reply(200, body, ['ETag', found.id]);
  }

  #create(distributionId: string, request: ServiceRequest): Answered {
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
    if (paths.some((path) => !path.startsWith('/') || /\*./.test(path) || path.length > MAX_PATH))
      return this.#error('InvalidArgument', 'Your request contains one or more invalid invalidation paths.');
    const made = this.#invalidations.create({ distributionId, reference: unescapeXml(reference), paths });
    if (made === 'conflict')
      return this.#error(
        'InvalidArgument',
        'Your request contains a caller reference that was used for a previous invalidation batch for the same distribution.',
      );
    const { invalidation, isNew } = made;
    if (isNew) this.#ports.invalidate(invalidation);
    const body = printDocument('Invalidation', invalidationXml(invalidation, 'InProgress'));
    const location = `https://cloudfront.amazonaws.com/2020-05-31/distribution/${distributionId}/invalidation/${invalidation.id}`;
    return this.#reply(201, body, ['Location', location]);
  }

  /** Describes an invalidation, which is always completed because it takes effect at once. */
  #get(distributionId: string, id: string): Answered {
    const found = this.#invalidations.find(distributionId, id);
    if (found === undefined)
      return this.#error('NoSuchInvalidation', 'The specified invalidation does not exist.', 404);
    return this.#reply(200, printDocument('Invalidation', invalidationXml(found, 'Completed')));
  }

  #listDistributions(request: ServiceRequest): Answered {
    const page = pageOf(this.#ports.distributions(), request, ({ id }) => id);
    return this.#reply(
      200,
      printDocument('DistributionList', distributionListXml(page.listed, page, this.#loadedAt)),
    );
  }

  #error(code: string, message: string, status = 400): Answered {
    const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error>`;
    const xml = `${error}<RequestId>${this.#ports.random.uuid()}</RequestId>`;
    return this.#reply(status, printDocument('ErrorResponse', { xml }));
  }

  #reply(status: number, body: string, more: readonly string[] = []): Answered {
    const headers = ['Content-Type', 'text/xml', 'x-amzn-RequestId', this.#ports.random.uuid(), ...more];
    return { kind: 'answered', status, headers, body: Buffer.from(body) };
  }
}

/** Returns the items after `Marker`, at most `MaxItems`. */
function pageOf<Item>(
  all: readonly Item[],
  { query }: ServiceRequest,
  idOf: (item: Item) => string,
): {
  readonly listed: readonly Item[];
  readonly marker: string;
  readonly maxItems: number;
  readonly nextMarker: string | undefined;
} {
  const asked = new URLSearchParams(query);
  const marker = asked.get('Marker') ?? '';
  const wanted = Number(asked.get('MaxItems') ?? MAX_ITEMS);
  const maxItems = Number.isInteger(wanted) && wanted > 0 ? Math.min(wanted, MAX_ITEMS) : MAX_ITEMS;
  const from = marker === '' ? 0 : all.findIndex((item) => idOf(item) === marker) + 1;
  const listed = all.slice(from, from + maxItems);
  const last = listed.at(-1);
  const nextMarker = last === undefined || from + maxItems >= all.length ? undefined : idOf(last);
  return { listed, marker, maxItems, nextMarker };
}
