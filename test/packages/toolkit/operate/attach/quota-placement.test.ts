import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkPlacement } from '../../../../../packages/toolkit/operate/attach/quota-placement.ts';
import type { QuotaPlacement } from '../../../../../packages/toolkit/operate/attach/quota-placement.ts';
import type { LiveApi } from '../../../../../packages/toolkit/operate/attach/live-api.ts';
import type { CompiledDocument } from '#shared/access/compiled-document.ts';

const DESTINATION = 'arn:aws:logs:us-east-1:123456789012:log-group:shop';
const WHOLE = JSON.stringify({
  requestId: '$context.extendedRequestId',
  requestTimeEpoch: '$context.requestTimeEpoch',
  status: '$context.status',
  plan: 'gold',
  tenant: 'shop',
  key: '$context.authorizer.sub',
});

function aLive(kind: LiveApi['kind'], format?: string): LiveApi {
  const accessLogSettings = format === undefined ? undefined : { destinationArn: DESTINATION, format };
  return { kind, stage: 'prod', stageShown: { accessLogSettings } } as unknown as LiveApi;
}

const aDocument = (quota?: object): CompiledDocument =>
  ({ kind: 'rest', quota }) as unknown as CompiledDocument;
const charging = aDocument({ plans: [] });
const tracked = aDocument({ plans: [], isTracked: true });

describe('where a quota is enforced', () => {
  const rows: readonly {
    readonly what: string;
    readonly placement?: QuotaPlacement;
    readonly live?: LiveApi;
    readonly type?: 'token' | 'request';
    readonly document?: CompiledDocument | undefined;
    readonly finds: readonly string[];
  }[] = [
    { what: 'nowhere', finds: [] },
    { what: 'in the authorizer', placement: 'authorizer', finds: [] },
    {
      what: 'in a TOKEN authorizer',
      placement: 'authorizer',
      type: 'token',
      finds: ['quota-token obstacle'],
    },
    {
      what: 'in the authorizer, though the document has it charged from logs',
      placement: 'authorizer',
      document: tracked,
      finds: ['quota-count obstacle'],
    },
    {
      what: 'without a quota in the document',
      placement: 'access-log',
      document: aDocument(),
      finds: ['no-quota obstacle'],
    },
    { what: 'in the handler', placement: 'handler', finds: ['quota-handler obstacle'] },
    {
      what: 'from logs, though the document has it charged in the authorizer',
      placement: 'access-log',
      finds: ['quota-count obstacle'],
    },
    {
      what: 'from logs of a stage that writes none',
      placement: 'access-log',
      document: tracked,
      finds: ['no-access-log obstacle'],
    },
    {
      what: 'from logs without the id that AWS gives',
      placement: 'access-log',
      document: tracked,
      finds: ['access-log-format obstacle'],
      live: aLive('rest', WHOLE.replace('extendedRequestId', 'requestId')),
    },
    {
      what: 'from logs that are not JSON',
      placement: 'access-log',
      document: tracked,
      finds: ['access-log-format obstacle'],
      live: aLive('rest', '$context.extendedRequestId $context.requestTimeEpoch $context.status'),
    },
    {
      what: 'from logs that name no caller',
      placement: 'access-log',
      document: tracked,
      live: aLive('http', WHOLE.replace('authorizer.sub', 'stage')),
      finds: ['access-log-caller warning', 'access-log-filter warning'],
    },
    {
      what: 'from logs that have it all',
      placement: 'access-log',
      document: tracked,
      live: aLive('websocket', WHOLE),
      finds: ['access-log-filter warning'],
    },
  ];
  for (const { what, placement, live = aLive('rest'), type = 'request', document = charging, finds } of rows)
    it(`${what}: ${finds.join(', ') || 'nothing is in the way'}`, () => {
      const found = checkPlacement(placement, live, type, document);
      assert.deepEqual(
        found.map(({ id, level }) => `${id} ${level}`),
        finds,
      );
    });

  it('is reported with a format that can be charged', () => {
    const [{ fix } = { fix: '' }] = checkPlacement('access-log', aLive('rest'), 'request', tracked);
    assert.match(
      fix,
      /"requestId":"\$context\.extendedRequestId".*"route":"\$context\.httpMethod \$context\.resourcePath"/,
    );
  });
});
