/** What `--assume` changes about the integrations of WebSocket routes; rows of assumptions.test.ts. */
import { answered, HTTP, MOCK, setUp } from '../../core/websocket/route-integration.ts';
import type { Assumptions } from '../../../../../packages/gateway/core/deployment/assumptions.ts';

/** The words of an error frame, whose ids differ; any other frame as it is. */
const wordsOf = (frame: string | undefined): string | undefined =>
  /^\{"message": "([^"]+)"/.exec(frame ?? '')?.[1] ?? frame;

const toBackend = { ...HTTP, IntegrationType: 'HTTP' };
const proxy = { ...HTTP, IntegrationType: 'HTTP_PROXY' };
const answer = answered(200, 'ok', 'text/plain');

function severalKeys(assumptions: Assumptions): Promise<unknown> {
  const { say } = setUp({
    integration: toBackend,
    responses: [
      { IntegrationResponseKey: '$default', ResponseTemplates: { $default: 'default' } },
      { IntegrationResponseKey: '/2../', ResponseTemplates: { $default: 'one' } },
      { IntegrationResponseKey: '/20./', ResponseTemplates: { $default: 'two' } },
    ],
    answer,
    assumptions,
  });
  return say('{}');
}

/** What clients see of a two-way route and of a proxy without responses, and the status of a handshake. */
async function noResponse(assumptions: Assumptions): Promise<unknown> {
  return [
    wordsOf(await setUp({ integration: toBackend, answer, assumptions }).say('{}')),
    await setUp({ integration: proxy, answer, assumptions }).say('{}'),
    await setUp({ routeKey: '$connect', integration: toBackend, answer, assumptions }).shakeHands(),
  ];
}

/** Statuses of handshakes where a response template, and where a request template sets another one. */
async function overridden(assumptions: Assumptions): Promise<unknown> {
  const override = '#set($context.responseOverride.status = 401)';
  const byResponse = {
    integration: MOCK,
    responses: [{ IntegrationResponseKey: '$default', ResponseTemplates: { $default: override } }],
  };
  const byRequest = {
    integration: { ...MOCK, RequestTemplates: { $default: `${override}{"statusCode": 200}` } },
  };
  return [
    await setUp({ routeKey: '$connect', ...byResponse, assumptions }).shakeHands(),
    await setUp({ routeKey: '$connect', ...byRequest, assumptions }).shakeHands(),
  ];
}

/** Content type and body that backends get: as it is, with a mapped type, of a proxy, and of a template. */
async function contentTypes(assumptions: Assumptions): Promise<unknown> {
  const seen: unknown[] = [];
  const mapped = { 'integration.request.header.content-type': "'text/csv'" };
  for (const integration of [
    toBackend,
    { ...toBackend, RequestParameters: mapped },
    proxy,
    // Templates are known by the type that the message has for the gateway.
    { ...toBackend, RequestTemplates: { 'application/json': 'rendered' } },
  ]) {
    const { say, ports } = setUp({ integration, answer, assumptions });
    await say('{}');
    const [request] = ports.http.requests;
    const headers = request?.headers ?? [];
    const types = headers.filter((_, index) => headers[index - 1]?.toLowerCase() === 'content-type');
    seen.push(`${types.join(' and ')}: ${String(request?.body)}`);
  }
  return seen;
}

async function converted(assumptions: Assumptions): Promise<unknown> {
  const integration = { ...proxy, ContentHandlingStrategy: 'CONVERT_TO_TEXT' };
  const image = answered(200, Buffer.from([0xff, 0x00]), 'image/png');
  return [
    await setUp({ integration, answer, assumptions }).say('{}'),
    await setUp({ integration, answer: image, assumptions }).say('{}'),
  ];
}

async function unmapped(assumptions: Assumptions): Promise<unknown> {
  const integration = { ...toBackend, PassthroughBehavior: 'NEVER' };
  return wordsOf(await setUp({ integration, answer, assumptions }).say('{}'));
}

/** What is observed for each value of an assumption. */
export type AssumptionRow = {
  readonly source: string;
  readonly name: keyof Assumptions;
  readonly observe: (assumptions: Assumptions) => Promise<unknown>;
  readonly expected: Readonly<Record<string, unknown>>;
};

const source = 'docs/aws §11.3';

export const MESSAGE_ROWS: readonly AssumptionRow[] = [
  {
    source,
    name: 'connect-status-override',
    observe: overridden,
    expected: { applied: [401, 401], ignored: [101, 101] },
  },
  {
    source,
    name: 'converted-answers',
    observe: converted,
    expected: { binary: ['ok', '/wA='], all: ['b2s=', '/wA='] },
  },
  {
    source,
    name: 'matching-integration-responses',
    observe: severalKeys,
    expected: { first: 'one', last: 'two' },
  },
  {
    source,
    name: 'message-content-type',
    observe: contentTypes,
    expected: {
      'application/json': [
        'application/json: {}',
        'text/csv: {}',
        'application/json: {}',
        'application/json: rendered',
      ],
      'text/plain': ['text/plain: {}', 'text/csv: {}', 'text/plain: {}', 'text/plain: rendered'],
    },
  },
  {
    source,
    name: 'missing-integration-response',
    observe: noResponse,
    expected: {
      passed: ['ok', 'ok', 101],
      silent: [undefined, 'ok', 101],
      failed: ['Internal server error', 'ok', 101],
    },
  },
  {
    source,
    name: 'route-response-alone',
    observe: (assumptions: Assumptions) =>
      setUp({ integration: toBackend, selects: false, answer, assumptions }).say('{}'),
    expected: { 'one-way': undefined, 'two-way': 'ok' },
  },
  {
    source,
    name: 'unmapped-messages',
    observe: unmapped,
    expected: { refused: 'Internal server error', passed: 'ok' },
  },
];
