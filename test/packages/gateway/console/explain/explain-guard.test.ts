/**
 * What to change if the policy of an authorizer refuses: the policy is created for each caller, so none of its
 * statements can be changed.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { explain } from '../../../../../packages/gateway/console/explain/explain.ts';
import { ARN, GUARD, notAllowedBy, refusedBy } from '../../../../support/refused-by-policy.ts';
import type { Circumstances } from '../../../../../packages/gateway/console/explain/circumstances.ts';

const NOTED = { outcome: 'Deny', document: 'maps' };
const EXPLAIN =
  '`gatewright access explain maps GET /tiles/7` with the same credential (--token-file FILE, or --key KEY)';

const ROWS: readonly (readonly [name: string, about: Circumstances, changes: readonly string[]])[] = [
  [
    'no role of the caller may do it',
    refusedBy('authorizer', { ...NOTED, reason: 'insufficient_scope' }),
    [
      'Give keys|abc a role that is allowed to call GET /tiles/{id}.',
      `Or, in the access document maps (maps.yml), add a rule that allows GET /tiles/{id}; ${EXPLAIN} shows the document's roles and rules.`,
    ],
  ],
  [
    'a quota is spent',
    refusedBy('authorizer', { ...NOTED, reason: 'quota_exceeded' }),
    [`Run ${EXPLAIN}: it names the rule, plan or limit that refuses the request.`],
  ],
  [
    "a user's function says so",
    refusedBy('authorizer', undefined),
    [
      'Send a credential to which the function auth gives access to GET /tiles/{id}.',
      `Or, if keys|abc should have access, make the function auth return a policy without that Deny and with an Allow for execute-api:Invoke on ${ARN}.`,
    ],
  ],
  [
    'the resource policy denies it',
    refusedBy('resource', undefined),
    [
      `Change statement 1 of 1 in the API’s resource policy so that it does not deny execute-api:Invoke on ${ARN}; a Deny overrides every Allow. A change to the API takes effect when you deploy it again.`,
    ],
  ],
];

describe('what to change about a refusal', () => {
  for (const [name, about, changes] of ROWS)
    it(`is suggested if ${name}`, () => {
      assert.deepEqual(explain(about).changes, changes);
    });
});

const TOKEN = {
  subject: 'carl',
  issuer: undefined,
  audience: [],
  roles: ['clerk'],
  scopes: [],
  expiresAtEpochMs: undefined,
  overForMs: undefined,
};
const OTHER_ARN = ARN.replace('tiles/7', 'menu');

const unsigned = (isDeployed: boolean): Circumstances => ({
  ...refusedBy('authorizer', undefined),
  phase: 'authenticate',
  failure: 'the signature does not match',
  isDeployed,
  policies: [],
  guard: { ...GUARD, kind: 'iam' },
});

const LACKING =
  'User: arn:aws:sts::123456789012:assumed-role/orders-role/list is not authorized to perform: dynamodb:GetItem on resource: arn:aws:dynamodb:us-east-1:123456789012:table/orders because no identity-based policy allows the dynamodb:GetItem action';
const GRANT =
  'Add to the policies of the role orders-role: {"Effect":"Allow","Action":"dynamodb:GetItem","Resource":"arn:aws:dynamodb:us-east-1:123456789012:table/orders"}.';

const integrated = (
  status: number,
  failure: string | undefined,
  integration: Partial<NonNullable<Circumstances['integration']>>,
): Circumstances => ({
  ...refusedBy('authorizer', undefined),
  phase: 'integrate',
  status,
  failure,
  policies: [],
  integration: {
    kind: 'function',
    target: 'list',
    timeoutMs: 3_000,
    outcome: 'answered',
    errorType: undefined,
    errorMessage: undefined,
    lines: [],
    tookMs: 5,
    ...integration,
  },
});

/** https://websockets.spec.whatwg.org/#the-websocket-interface: a page gives a URL and subprotocols, and no headers */
const ofPage: Circumstances = {
  ...refusedBy('authorizer', undefined),
  kind: 'handshake',
  protocol: 'websocket',
  phase: 'authenticate',
  routeKey: '$connect',
  policies: [],
  status: 401,
  code: 'UNAUTHORIZED',
  failure: 'an identity source is missing or empty',
  defect: { kind: 'authorizer', code: 'identity-missing' },
  guard: {
    ...GUARD,
    from: undefined,
    places: [
      { kind: 'header', name: 'auth', isFound: false },
      { kind: 'querystring', name: 'auth', isFound: true },
    ],
  },
};

describe('a handshake without a header that the authorizer needs', () => {
  it('is told that a page cannot send it', () => {
    assert.match(
      explain(ofPage).changes[0] ?? '',
      /^For clients in a browser, which cannot set a header of a handshake, leave only query parameter auth in the identity sources of authorizer gate/,
    );
  });
});

const SIGN = 'Sign the request (Signature Version 4, service execute-api)';

const STORIES: readonly (readonly [name: string, about: Circumstances, because: string, change: string])[] = [
  [
    'a request that is not signed',
    unsigned(false),
    'The signature does not match.',
    `${SIGN} with a key that may call the route: one from gatewright.identities.yml, or the local admin key (\`gatewright env\`).`,
  ],
  [
    'a request to a deployed API that is not signed',
    unsigned(true),
    'The signature does not match.',
    `${SIGN}.`,
  ],
  [
    'a screen in front of the stage',
    {
      ...refusedBy('resource', undefined),
      defect: { kind: 'screen', because: ['Rule limit refused it.'], changes: ['Wait a minute.'] },
    },
    'Rule limit refused it.',
    'Wait a minute.',
  ],
  [
    'an authorizer whose role lacks a right',
    {
      ...refusedBy('authorizer', undefined),
      phase: 'authenticate',
      code: undefined,
      failure: LACKING,
      policies: [],
    },
    'No policy of the role orders-role allows dynamodb:GetItem',
    GRANT,
  ],
  [
    'an integration that cannot be reached',
    integrated(502, 'connection refused', { outcome: 'unreachable' }),
    'could not be reached: connection refused.',
    'Start a server at the address of the integration, or change the Uri of the integration. A change to the API takes effect when you deploy it again.',
  ],
  [
    'a function that is too slow',
    integrated(504, 'timed out', { outcome: 'timed-out' }),
    'did not respond within 3000 ms, the integration timeout of GET /tiles/{id}.',
    'If the function had to start a new instance, send the request again: the start counts toward the timeout.',
  ],
  [
    'a function that answers 400 because its role lacks a right',
    integrated(400, undefined, { lines: [LACKING] }),
    'No policy of the role orders-role allows dynamodb:GetItem',
    GRANT,
  ],
  [
    'a resource policy that allows something else',
    notAllowedBy('resource', { fails: ['resource'], resources: [OTHER_ARN] }),
    `The API’s resource policy does not allow execute-api:Invoke on ${ARN}: it allows ${OTHER_ARN}.`,
    `If this caller should have access, add execute-api:/dev/GET/tiles/* to the Resource of statement 1 of 1 in the API’s resource policy. A change to the API takes effect when you deploy it again.`,
  ],
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html
  [
    'a resource policy that allows something else, under a condition',
    notAllowedBy('resource', {
      fails: ['resource'],
      resources: [OTHER_ARN],
      conditions: [
        {
          operator: 'IpAddress',
          key: 'aws:SourceIp',
          wanted: ['203.0.113.0/24'],
          found: ['203.0.113.7'],
          holds: true,
        },
      ],
    }),
    `The API’s resource policy does not allow execute-api:Invoke on ${ARN}: it allows ${OTHER_ARN}.`,
    'The Condition of statement 1 of 1 in the API’s resource policy (IpAddress aws:SourceIp) then applies to these calls, too. If callers who do not meet it should have access, add another statement with Effect Allow and the Resource execute-api:/dev/GET/tiles/* instead, without a Condition.',
  ],
  [
    'a resource policy that allows another action',
    notAllowedBy('resource', { fails: ['action'], actions: ['execute-api:ManageConnections'] }),
    'it allows only the action execute-api:ManageConnections.',
    `If this caller should have access, add execute-api:Invoke to the Action of statement 1 of 1 in the API’s resource policy. A change to the API takes effect when you deploy it again.`,
  ],
  [
    'a condition on what the request does not have',
    notAllowedBy('resource', {
      fails: ['condition'],
      conditions: [
        { operator: 'StringEquals', key: 'aws:SourceVpc', wanted: ['vpc-1'], found: undefined, holds: false },
        {
          operator: 'IpAddress',
          key: 'aws:SourceIp',
          wanted: ['10.0.0.0/8'],
          found: ['127.0.0.1'],
          holds: false,
        },
      ],
    }),
    `The API’s resource policy does not allow execute-api:Invoke on ${ARN}: the matching statement has conditions that are not met: StringEquals aws:SourceVpc vpc-1 (the request has none); IpAddress aws:SourceIp 10.0.0.0/8 (the request has 127.0.0.1).`,
    'Or, if this caller should have access, add 127.0.0.1 to the values of IpAddress aws:SourceIp in the API’s resource policy; on AWS, add the public address of the caller, or its range.',
  ],
  [
    'an authorizer whose policy allows something else',
    notAllowedBy('authorizer', { fails: ['resource'], resources: [OTHER_ARN] }),
    `The policy of authorizer gate does not allow execute-api:Invoke on ${ARN}: it allows ${OTHER_ARN}.`,
    `Or, if keys|abc should have access, make the function auth allow execute-api:Invoke on ${ARN}.`,
  ],
  [
    'a cached policy that names only the route called first',
    {
      ...notAllowedBy('authorizer', { fails: ['resource'], resources: [OTHER_ARN] }),
      guard: { ...GUARD, from: 'cache', ageMs: 2_000, givenFor: 'GET /pets', ttlSeconds: 300, token: TOKEN },
    },
    `Authorizer gate was not called, because its result from 2 s before this request, for GET /pets, is cached for 300 s and applies to all its routes and paths. The cached policy allows only ${OTHER_ARN}; the ARN of GET /tiles/{id} is ${ARN}. The token has the subject carl, the role clerk and no audience.`,
    `If the caller should have access, make the authorizer return a policy that lists every route that this caller may call: ${ARN} must be among its resources (in code: methodArn of the event up to the stage, and then /GET/tiles/7).`,
  ],
  [
    'a cached policy that applies to the requests of one route only',
    {
      ...notAllowedBy('authorizer', { fails: ['resource'], resources: [OTHER_ARN] }),
      guard: {
        ...GUARD,
        places: [
          { kind: 'header', name: 'authorization', isFound: true },
          { kind: 'context', name: 'resourcePath', isFound: true },
        ],
        from: 'cache',
        ageMs: 2_000,
        givenFor: 'GET /tiles/{id}',
        madeFor: { request: 'GET /tiles/1', arn: OTHER_ARN },
        ttlSeconds: 300,
      },
    },
    `Authorizer gate was not called, because its result from 2 s before this request, for GET /tiles/1, is cached for 300 s and applies to all requests with the same header authorization and context.resourcePath.`,
    'Or keep such policies: add context.path to the identity sources of the authorizer. Each path then has its own result.',
  ],
];

describe('a refusal or failure', () => {
  for (const [name, about, because, change] of STORIES)
    it(`is explained for ${name}`, () => {
      const { sentences, changes } = explain(about);

      assert.ok(sentences.join(' ').includes(because), sentences.join(' '));
      assert.ok(changes.includes(change), changes.join('\n'));
    });

  // “Authorizer tok identified the caller: the caller.”
  it('names nobody if a simple response names nobody', () => {
    const about: Circumstances = {
      ...refusedBy('authorizer', undefined),
      status: 200,
      phase: 'integrate',
      code: undefined,
      failure: undefined,
      policies: [],
      guard: { ...GUARD, simpleAnswer: true, principal: undefined },
    };

    const told = [
      about,
      { ...about, guard: { ...GUARD, principal: undefined, from: 'cache', ageMs: 7 } as const },
      { ...about, guard: { ...GUARD, principal: undefined } },
    ].map((given) => explain(given).sentences[0]);

    assert.deepEqual(told, [
      'Authorizer gate admitted the request, without naming a caller.',
      'Authorizer gate was not called, because its result, 7 ms old, was cached.',
      // https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html
      'Authorizer gate admitted the request, without naming a caller. Its result has a policy, but no principalId, which AWS’s documentation requires; some reports say that API Gateway accepts such a result, as the gateway does, others that it answers 500. Return a principalId that is not empty.',
    ]);
  });

  // The function would have allowed this path; advice to change the credential or the function's decision was false.
  it('says of a cached policy for another path of the same route that the function did not decide about this one', () => {
    const about: Circumstances = {
      ...notAllowedBy('authorizer', { fails: ['resource'], resources: [ARN.replace(/7$/, '6')] }),
      guard: {
        ...GUARD,
        from: 'cache',
        ageMs: 2_000,
        givenFor: 'GET /tiles/{id}',
        madeFor: { request: 'GET /tiles/6', arn: ARN.replace(/7$/, '6') },
        ttlSeconds: 60,
      },
    };

    const { sentences, changes } = explain(about);

    const [, because, because2] = sentences;
    assert.match(
      because ?? '',
      /its result from 2 s before this request, for GET \/tiles\/6, is cached for 60 s/,
    );
    assert.match(because2 ?? '', /names only the request for which the function was called/);
    assert.match(
      changes[0] ?? '',
      /covers every path .*\/dev\/GET\/tiles\/\* \(in code: methodArn .* \/GET\/tiles\/\*\)\.$/,
    );
    assert.match(changes[1] ?? '', /^Or keep such policies: add context\.path to the identity sources/);
    assert.match(changes[2] ?? '', /^The current result is used for at most 60 s/);
    assert.equal(changes.length, 3);
  });

  for (const [what, policy] of [
    ['a Deny', refusedBy('authorizer', undefined)],
    ['isAuthorized: false', { ...refusedBy('authorizer', undefined), policies: [] }],
  ] as const)
    it(`says of ${what} that was cached for another route that the function did not decide about this one`, () => {
      const guard = { ...GUARD, from: 'cache', ageMs: 2_000, givenFor: 'GET /pets', ttlSeconds: 60 } as const;
      const simple = policy.policies.length === 0 ? { simpleAnswer: false } : {};

      const { sentences, changes } = explain({ ...policy, guard: { ...guard, ...simple } });

      assert.match(
        sentences.join(' '),
        /2 s before this request.* for GET \/pets|for GET \/pets, 2 s before this request/,
      );
      assert.match(
        changes.join('\n'),
        /^If the function decides by route, its decision about GET \/pets says nothing about this request\. Add context\.httpMethod and context\.resourcePath/m,
      );
      assert.doesNotMatch(changes.join('\n'), /Ttl|TTL/);
    });

  // The policy has the ids of this machine: the function got them in its event, and a function knows no template.
  for (const [of, isReal] of [
    ['authorizer', true],
    ['resource', false],
  ] as const)
    it(`names the ARNs of ${isReal ? 'the policy of a function as the function returned them' : 'a resource policy as its template has them'}`, () => {
      const [, , id = '', method] = /^(arn:.*:)([a-z\d]+)(\/.*)$/.exec(ARN) ?? [];
      const localNames = { [id]: '${ShopApi}' };
      const guards =
        of === 'authorizer'
          ? [GUARD, { ...GUARD, from: 'cache', ageMs: 2_000, givenFor: 'GET /pets', ttlSeconds: 60 } as const]
          : [GUARD];
      for (const guard of guards)
        for (const refused of [
          notAllowedBy(of, { fails: ['resource'], resources: [OTHER_ARN] }),
          refusedBy(of, undefined),
        ]) {
          const { sentences, changes } = explain({ ...refused, guard, localNames });

          const said = [...sentences, ...changes].join('\n');
          assert.ok(said.includes(isReal ? ARN : `\${ShopApi}${method}`), said);
          assert.equal(said.includes('${ShopApi}'), !isReal, said);
        }
    });

  // A user who had changed the authorizer's function was told the same advice again, with a command that asks AWS.
  it('says of a cached policy that a changed function does not end it, and how to flush it here', () => {
    const [, about] = STORIES.at(-1) ?? assert.fail();
    const lastOf = (given: Circumstances) => explain(given).changes.at(-1) ?? '';

    const told = [lastOf(about), lastOf({ ...about, isDeployed: true })];

    const used =
      /^The current result is used for at most 300 s, even if the function has been changed in the meantime\. .*flush/;
    for (const change of told) assert.match(change, used);
    assert.match(told[0] ?? '', / \(in a shell in which you have run `eval "\$\(gatewright env\)"`\)\.$/);
    assert.doesNotMatch(told[1] ?? '', /gatewright env/);
  });
});
