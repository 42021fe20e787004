import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aDocument } from '../../../../support/an-access-document.ts';
import type { CompiledDocument } from '#shared/access/compiled-document.ts';
import type { InspectedApi, InspectedRoute } from '../../../../../packages/gateway/engine/index.ts';
import { OURS, guard, row, suggest } from './tries-builders.ts';
import type { Row } from './tries-builders.ts';

describe('suggestTries', () => {
  it('sends a message to a WebSocket API that is open to anyone', () => {
    const lines = (connect: Row) =>
      suggest('websocket', [
        [connect, guard()],
        [row('ping', { method: 'ping' }), guard()],
      ]);

    assert.match(
      lines(row('$connect'))[1] ?? '',
      / send ws:\/\/127\.0\.0\.1:3000\/dev '\{"action":"ping"\}'$/,
    );
    assert.equal(lines(row('$connect'))[0], '# a WebSocket message');
    assert.equal(
      lines(row('$connect', { authorizer: 'theirs' }))[0],
      '# a WebSocket message, without theirs → 401 or 403',
    );
  });

  // mengyangbai/Serverless-WebSocket selects by $request.body.message, and {"action":…} was Forbidden there.
  for (const { routeSelection, others = [], expected } of [
    { routeSelection: '$request.body.action', expected: '{"action":"chat"}' },
    { routeSelection: '$request.body.message', expected: '{"message":"chat"}' },
    { routeSelection: '${request.body.head.kind}', expected: '{"head":{"kind":"chat"}}' },
    { routeSelection: '${request.body.a}/${request.body.b}', expected: undefined },
    {
      routeSelection: '${request.body.a}/${request.body.b}',
      others: ['$default'],
      expected: '{"action":"chat"}',
    },
  ])
    it(`suggests ${expected ?? 'nothing'} for ${routeSelection} with [${others.join(', ')}]`, () => {
      const pairs = ['$connect', 'chat', ...others].map((path) => [row(path), guard()] as const);

      const lines = suggest('websocket', pairs, [], undefined, 'HEADER', () => false, routeSelection);

      assert.equal(/'(\{.*\})'$/.exec(lines[1] ?? '')?.[1], expected);
    });

  // shared/websocket/client-message.ts: subscribe, publish and read need an id and a channel.
  it('prefers ping to routes whose messages have more members', () => {
    const lines = suggest('websocket', [
      [row('$connect'), guard()],
      [row('subscribe', { method: 'subscribe' }), guard()],
      [row('ping', { method: 'ping' }), guard()],
    ]);

    assert.match(lines[1] ?? '', /'\{"action":"ping"\}'$/);
  });

  // The walk of a user: the stack's own API answered "id must be …" to the suggested subscribe. Its $default answers
  // pings (serverless.yml, ws-default).
  it('sends a ping where a function of the toolkit answers the default route', () => {
    const lines = suggest('websocket', [
      [row('$connect'), guard()],
      [row('subscribe', { functionName: 'ours' }), guard()],
      [row('$default', { functionName: OURS.functionName }), guard()],
    ]);

    assert.match(lines[1] ?? '', /'\{"action":"ping"\}'$/);
  });

  // The walk of a user: "# without AWS_IAM" gave 403, and nothing said that this was expected.
  it('says which status a call without a credential gets', () => {
    const of = (shown: Partial<Row>, guarded: Partial<InspectedRoute>, kind: InspectedApi['kind'] = 'rest') =>
      suggest(kind, [
        [
          row(kind === 'websocket' ? '$connect' : '/pets', { authorizer: 'theirs', ...shown }),
          guard(guarded),
        ],
        ...(kind === 'websocket' ? [[row('ping'), guard()] as const] : []),
      ])[0];
    const theirs = { ...OURS, functionName: 'theirs' };
    const read = { ...theirs, identitySources: [{ kind: 'header', name: 'Authorization' } as const] };

    assert.deepEqual(
      [
        of({ authorizer: 'AWS_IAM' }, { guard: 'AWS_IAM' }),
        of({ authorizer: undefined, apiKeyRequired: true }, { apiKeyRequired: true }),
        of({}, { guard: 'JWT' }, 'http'),
        of({}, { guard: 'COGNITO_USER_POOLS' }),
        of({}, { guard: 'CUSTOM', authorizer: read }),
        of({}, { guard: 'CUSTOM', authorizer: theirs }),
        of({}, { guard: 'CUSTOM', authorizer: read }, 'websocket'),
      ],
      [
        '# without AWS_IAM → 403',
        '# without the API key → 403',
        '# without theirs → 401',
        '# without theirs → 401',
        '# without theirs → 401',
        '# without theirs → 401 or 403, as the function decides',
        '# a WebSocket message, without theirs → 401',
      ],
    );
  });

  it('sends a message with a token where the document reads it', () => {
    const local = { id: 'local', type: 'local', only: ['dev'] };
    const lineOf = (
      source: object,
      places: readonly { readonly kind: 'header'; readonly name: string }[],
    ) => {
      const document: CompiledDocument = {
        ...aDocument(
          {
            api: { dev: { apiId: 'a1b2c3d4e5', stage: 'dev' } },
            issuers: [local],
            sources: [{ ...source, issuers: ['local'] }],
            rules: [{ id: 'r', effect: 'allow', connect: true, when: { roles: { any: ['support'] } } }],
          },
          undefined,
          'websocket',
        ),
        apis: [{ for: 'dev', apiId: 'a1', stage: 'dev' }],
      };
      const connect = row('$connect', { authorizer: 'guard' });
      const guarded = guard({ authorizer: { ...OURS, identitySources: places } });
      const lines = suggest(
        'websocket',
        [
          [connect, guarded],
          [row('ping', { method: 'ping' }), guard()],
        ],
        [document],
      );
      return (lines[1] ?? '').replace(/^.* send /, '').replace(/\(\S.* token /, '(token ');
    };

    assert.deepEqual(
      [
        lineOf({ in: 'query', name: 'token' }, []),
        lineOf({ in: 'subprotocol', marker: 'bearer' }, [{ kind: 'header', name: 'Sec-WebSocket-Protocol' }]),
        lineOf({ in: 'header', name: 'authorization', scheme: 'Bearer' }, []),
      ],
      [
        `"ws://127.0.0.1:3000/dev?token=$(token --sub alice --role support)" '{"action":"ping"}'`,
        `--protocol bearer --protocol "$(token --sub alice --role support)" ws://127.0.0.1:3000/dev '{"action":"ping"}'`,
        `--header "Authorization: Bearer $(token --sub alice --role support)" ws://127.0.0.1:3000/dev '{"action":"ping"}'`,
      ],
    );
  });

  it('sends any action if only the default route answers, and nothing if no route does', () => {
    const connect = [row('$connect'), guard()] as const;

    assert.match(
      suggest('websocket', [connect, [row('$default'), guard()]])[1] ?? '',
      / '\{"action":"hello"\}'$/,
    );
    assert.deepEqual(suggest('websocket', [connect]), []);
  });

  // The walk of a user who sells messages by API keys: the only suggested line was one that gets 401.
  it('creates a key if the document admits keys and no token', () => {
    const document = {
      ...aDocument(
        {
          api: { dev: { apiId: 'a1b2c3d4e5', stage: 'dev' } },
          issuers: [{ id: 'keys', type: 'apiKey', prefix: 'talk' }],
          sources: [{ in: 'header', name: 'x-api-key', issuers: ['keys'] }],
          roles: { customer: {} },
          rules: [{ id: 'c', effect: 'allow', connect: true, when: { roles: { any: ['customer'] } } }],
        },
        ['CUSTOM $connect'],
        'websocket',
      ),
      apis: [{ for: 'dev', apiId: 'a1', stage: 'dev' }],
    };
    const lines = suggest(
      'websocket',
      [
        [row('$connect', { authorizer: 'guard' }), guard({ authorizer: OURS })],
        [row('say'), guard()],
      ],
      [document],
    );

    assert.equal(lines[0], '# a WebSocket message, with a new API key for guard');
    assert.match(
      lines.at(-1) ?? '',
      / send --header "x-api-key: \$\(\S.* keys create --tenant example --prefix talk --role customer\)" ws:\S+ '\{"action":"say"\}'$/,
    );
  });
});
