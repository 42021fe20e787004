import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import {
  compileWebhooks,
  webhooksSchema,
} from '../../../../../packages/toolkit/authoring/webhooks/webhooks-document.ts';
import { receiverPermissions } from '../../../../../packages/toolkit/authoring/webhooks/webhooks-permissions.ts';

const TEXT = `version: 1
sources:
  github:
    scheme: github
    trustDeliveryId: true
    secrets: { dev: { env: GITHUB_SECRET }, prod: { parameter: /hooks/prod/github } }
    target: { eventBridge: { bus: 'hooks-{stage}', source: github.webhook, detailType: GitHub event } }
  billing:
    scheme: stripe
    toleranceSeconds: 60
    secrets: { prod: { secret: hooks/stripe } }
    target: { sqs: { queue: 'billing-{stage}.fifo' } }
`;

const problemsOf = (text: string): readonly string[] => {
  const build = compileWebhooks(text, 'access/webhooks.yml');
  return build.kind === 'invalid'
    ? build.problems.map(({ line, column, message }) => `${line}:${column} ${message}`)
    : [];
};

describe('compileWebhooks', () => {
  it('makes one source of each stage, with the stage in the names of targets', () => {
    const build = compileWebhooks(TEXT, 'access/webhooks.yml');

    assert.ok(build.kind === 'compiled');
    const bus = { kind: 'eventBridge', source: 'github.webhook', detailType: 'GitHub event' };
    const github = { name: 'github', scheme: 'github', toleranceSeconds: 300, trustDeliveryId: true };
    assert.deepEqual(build.webhooks.sources, [
      {
        ...github,
        stage: 'dev',
        secret: { kind: 'env', name: 'GITHUB_SECRET' },
        target: { ...bus, bus: 'hooks-dev' },
      },
      {
        ...github,
        stage: 'prod',
        secret: { kind: 'parameter', name: '/hooks/prod/github' },
        target: { ...bus, bus: 'hooks-prod' },
      },
      {
        name: 'billing',
        stage: 'prod',
        scheme: 'stripe',
        toleranceSeconds: 60,
        secret: { kind: 'secret', name: 'hooks/stripe' },
        target: { kind: 'sqs', queue: 'billing-prod.fifo' },
      },
    ]);
  });

  const OF_CUSTOMERS = `version: 1
masterSecret: { dev: { env: MASTER }, prod: { parameter: /hooks/prod/master } }
sources:
  orders:
    scheme: standard
    secrets: customers
    target: { sqs: { queue: 'orders-{stage}' } }
`;

  it('makes a source with secrets of customers in each stage that has a master secret', () => {
    const build = compileWebhooks(OF_CUSTOMERS, 'access/webhooks.yml');

    assert.ok(build.kind === 'compiled');
    assert.deepEqual(
      build.webhooks.sources.map(({ stage, secret, secretsOf }) => [stage, secret, secretsOf]),
      [
        ['dev', { kind: 'env', name: 'MASTER' }, 'customers'],
        ['prod', { kind: 'parameter', name: '/hooks/prod/master' }, 'customers'],
      ],
    );
    assert.deepEqual(
      receiverPermissions(build.webhooks, 'prod').map(({ Action }) => Action),
      ['ssm:GetParameter', 'sqs:SendMessage'],
    );
  });

  const OF_CUSTOMERS_MISTAKES: readonly (readonly [from: string, to: string, problem: RegExp])[] = [
    ['scheme: standard', 'scheme: rfc9421', /^4:3 .*which the scheme rfc9421 cannot use: choose standard, /],
    [
      /^masterSecret.*\n/m.exec(OF_CUSTOMERS)?.[0] ?? '',
      '',
      /^5:14 .*"customers" needs masterSecret at the top/,
    ],
    [
      'secrets: customers',
      'secrets: { dev: { env: A } }',
      /^2:1 masterSecret: is not used: write secrets: cust/,
    ],
    ['secrets: customers', 'secrets: customer', /^6:14 .*must be "customers", not "customer"/],
    ['{ env: MASTER }', '{ value: a }', /^2:24 masterSecret\.dev.*unknown key "value"/],
  ];
  for (const [from, to, problem] of OF_CUSTOMERS_MISTAKES)
    it(`says where and what for ${to === '' ? 'no masterSecret' : to}`, () => {
      const problems = problemsOf(OF_CUSTOMERS.replace(from, to));

      assert.ok(
        problems.some((text) => problem.test(text)),
        problems.join('\n'),
      );
    });

  const MISTAKES: readonly (readonly [from: string, to: string, problem: RegExp])[] = [
    ['scheme: stripe', 'scheme: paypal', /^9:13 sources\.billing\.scheme: must be one of github, stripe/],
    ['toleranceSeconds: 60', 'toleranceSeconds: 0', /^10:23 .*a whole number from 1 to 3600/],
    ['toleranceSeconds: 60', 'tolerance: 60', /^10:5 .*unknown key "tolerance"/],
    ['toleranceSeconds: 60', 'trustDeliveryId: true', /^8:3 .*which is for github only/],
    [
      'trustDeliveryId: true',
      'toleranceSeconds: 60',
      /^3:3 .*GitHub does not sign a time: remove toleranceSeconds/,
    ],
    ['env: GITHUB_SECRET', 'env: "s3cret!"', /^6:28 .*the name of an environment variable/],
    ['env: GITHUB_SECRET', 'value: abc', /unknown key "value"/],
    ['secret: hooks/stripe', 'secret: hooks/stripe, parameter: /a/b', /must name one place/],
    ['{ secret: hooks/stripe }', '{}', /must name one place/],
    ["queue: 'billing-{stage}.fifo'", "queue: 'arn:aws:sqs:x'", /the name of a queue/],
    ["bus: 'hooks-{stage}'", 'bus: a b', /the name of an event bus/],
    ['source: github.webhook', 'source: aws.ec2', /the source of the events/],
    ['secrets: { prod: { secret: hooks/stripe } }', 'secrets: {}', /needs at least 1 entry/],
    ['  billing:', '  Bill_ing:', /^8:3 .*the name must be a name of lower-case letters/],
    ['version: 1', 'version: 2', /^1:10 version: must be 1/],
  ];
  for (const [from, to, problem] of MISTAKES)
    it(`says where and what for ${to}`, () => {
      const problems = problemsOf(TEXT.replace(from, to));

      assert.ok(
        problems.some((text) => problem.test(text)),
        problems.join('\n'),
      );
    });

  it('refuses any text with problems and without an exception', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        assert.ok(problemsOf(text).length > 0 || compileWebhooks(text, 'x').kind === 'compiled');
      }),
    );
  });
});

describe('receiverPermissions', () => {
  it('allows what the sources of the stage need and nothing else', () => {
    const build = compileWebhooks(TEXT, 'access/webhooks.yml');
    assert.ok(build.kind === 'compiled');
    const arn = (service: string, resource: string) => ({
      'Fn::Sub': `arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${resource}`,
    });

    const allowed = (stage: string) =>
      receiverPermissions(build.webhooks, stage).map(({ Action, Resource }) => [Action, Resource]);

    assert.deepEqual(allowed('dev'), [['events:PutEvents', arn('events', 'event-bus/hooks-dev')]]);
    assert.deepEqual(allowed('prod'), [
      ['ssm:GetParameter', arn('ssm', 'parameter/hooks/prod/github')],
      ['events:PutEvents', arn('events', 'event-bus/hooks-prod')],
      ['secretsmanager:GetSecretValue', arn('secretsmanager', 'secret:hooks/stripe-??????')],
      ['sqs:SendMessage', arn('sqs', 'billing-prod.fifo')],
    ]);
    assert.deepEqual(allowed('other'), []);
  });
});

describe('access/webhooks.schema.json', () => {
  const path = new URL('../../../../../access/webhooks.schema.json', import.meta.url);

  it('is the schema of the reader', () => {
    assert.deepEqual(JSON.parse(readFileSync(path, 'utf8')), JSON.parse(JSON.stringify(webhooksSchema())));
  });

  it('takes what the reader takes', () => {
    const validate = new Ajv({ strict: false }).compile(webhooksSchema());
    const source = (more: object) => ({
      version: 1,
      sources: {
        a: {
          scheme: 'slack',
          secrets: { dev: { env: 'A' } },
          target: { sqs: { queue: 'q' } },
          ...more,
        },
      },
    });
    const rows = [source({}), source({ target: {} }), source({ secrets: {} }), source({ scheme: 'x' }), {}];
    for (const document of rows)
      assert.equal(validate(document), problemsOf(JSON.stringify(document)).length === 0);
  });
});
