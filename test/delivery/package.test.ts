/** The toolkit's stack as `npm run package` makes it: one osls run, then a look at everything that would be deployed. */
// This suite is not run as a separate file, because osls packages only one stage at a time in a folder.
import './package-dev.suite.ts';
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, posix } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { readSchemas } from '../../packages/gateway/engine/compose/checking/open-schemas.ts';
import { packageService } from '../../layers/package-service.ts';
import { NAMED_BY_PATTERN, TABLE_RIGHTS } from '../support/expected-rights.ts';
import { readZip } from '../support/zip-entries.ts';

const ROOT = join(import.meta.dirname, '../..');
const run = promisify(execFile);
const FUNCTIONS = [
  'access-admin',
  'cache-invalidator',
  'quota-admin',
  'request-authorizer',
  'token-authorizer',
  'usage-closer',
  'usage-tracker',
  'webhook-receiver',
  'ws-connect',
  'ws-default',
  'ws-disconnect',
  'ws-publish',
  'ws-publisher',
  'ws-subscribe',
  'ws-ticket',
  'ws-unsubscribe',
];
type Reference = { readonly 'Fn::GetAtt': readonly [string, string] };
type Pattern = { readonly 'Fn::Sub': string };
type Statement = {
  readonly Action: string | readonly string[];
  readonly Resource: Reference | Pattern | readonly Pattern[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
};
/** The properties that the tests examine. Which of them a resource has depends on its type. */
type Properties = {
  readonly Role: Reference;
  readonly Policies: readonly { readonly PolicyDocument: { readonly Statement: readonly Statement[] } }[];
  readonly ManagedPolicyArns?: unknown;
  readonly SourceAccount?: unknown;
  readonly SourceArn?: unknown;
  readonly BillingMode: string;
  readonly TimeToLiveSpecification: unknown;
  readonly SSESpecification: unknown;
  readonly PointInTimeRecoverySpecification?: { readonly PointInTimeRecoveryEnabled: boolean };
  readonly DeletionProtectionEnabled?: boolean;
  readonly AccessLogSettings?: unknown;
  readonly DefaultRouteSettings: Readonly<Record<'ThrottlingRateLimit' | 'ThrottlingBurstLimit', unknown>>;
  readonly RetentionInDays: number;
  readonly Environment: { readonly Variables: Readonly<Record<string, unknown>> };
};
type Policies = { readonly DeletionPolicy?: string; readonly UpdateReplacePolicy?: string };
type Resource = Policies & { readonly Type: string; readonly Properties: Properties };

const { types: SCHEMAS } = await readSchemas();

let output = '';
let resources: readonly (readonly [string, Resource])[] = [];
let outputs: Record<string, { Value: unknown; Export?: { Name: string } }> = {};
let conditions: unknown;

/** A resource of the stack by its name; undefined for what a statement spells out. */
const ownResource = ({ Resource }: Statement) =>
  'Fn::GetAtt' in Resource ? Resource['Fn::GetAtt'].join('.') : undefined;
const statementsOf = ({ Policies }: Properties) =>
  Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
const ofType = (type: string) => resources.filter(([, resource]) => resource.Type === type);
/** The properties whose change makes CloudFormation replace a resource, by its schema. */
const replacing = (type: string): readonly string[] => SCHEMAS[type]?.replacedBy ?? [];
const artefact = async (name: string) => readZip(await readFile(join(output, `${name}.zip`)));

describe('npm run package -- --stage prod', () => {
  before(async () => {
    output = await mkdtemp(join(tmpdir(), 'gatewright-package-'));
    const packaged = await packageService({ serviceDirectory: ROOT, stage: 'prod', outputDirectory: output });
    assert.equal(packaged.kind, 'packaged', JSON.stringify(packaged));
    const template = JSON.parse(
      await readFile(join(output, 'cloudformation-template-update-stack.json'), 'utf8'),
    );
    resources = Object.entries<Resource>(template.Resources);
    outputs = template.Outputs;
    conditions = template.Conditions;
  });
  after(() => rm(output, { recursive: true, force: true }));

  it('decides its conditions when it is deployed, by parameters (cfn-lint W8003)', () => {
    assert.doesNotMatch(JSON.stringify(conditions), /"Fn::Equals":\["[^"]*","[^"]*"\]/);
  });

  it('replaces and removes no resource of the stack of an earlier version', async () => {
    const file = join(ROOT, 'test/fixtures/earlier-stack/resources.json');
    const earlier = JSON.parse(await readFile(file, 'utf8')) as Record<
      string,
      Record<string, Record<string, unknown>>
    >;
    const now = Object.fromEntries(resources);
    for (const [type, ids] of Object.entries(earlier))
      for (const [id, lasting] of Object.entries(ids)) {
        const properties: Record<string, unknown> = { ...now[id]?.Properties };
        assert.equal(now[id]?.Type, type, `${id} was ${type}`);
        const same = replacing(type).map((name) => [name, properties[name]] as const);
        assert.deepEqual(
          Object.fromEntries(same.filter(([, value]) => value !== undefined)),
          lasting,
          `CloudFormation would replace ${id}`,
        );
      }
  });

  it('exports the parts to which other stacks attach, under stable names', () => {
    const exported = Object.values(outputs).flatMap(({ Export }) =>
      Export === undefined ? [] : [Export.Name],
    );
    // All that there are: an export in use cannot change, and what osls exports by itself does with each deployment.

    assert.deepEqual(
      exported.sort(),
      [
        'TokenAuthorizer',
        'RequestAuthorizer',
        'WsConnect',
        'WsDisconnect',
        'WsDefault',
        'WsTicket',
        'WsSubscribe',
        'WsUnsubscribe',
        'WsPublish',
        'WsPublisher',
        'WebhooksBus',
        'AlarmTopic',
        'AccessAdmin',
        'CacheInvalidator',
        'QuotaAdmin',
        'UsageTracker',
        'WebhookReceiver',
      ]
        .map((name) => `${name}Arn`)
        .concat(
          ['Access', 'Usage', 'Connections', 'Cache'].flatMap((name) => [
            `${name}TableName`,
            `${name}TableArn`,
          ]),
          ['AdminApiId', 'AdminApiUrl', 'WebhooksBusName', 'WebhooksUrl'],
        )
        .map((name) => `gatewright-prod-${name}`)
        .sort(),
    );
  });

  it('has no API that would answer 500 to everybody: no document protects the WebSocket API in prod', () => {
    const apis = ofType('AWS::ApiGatewayV2::Api').map(([id]) => id);
    assert.deepEqual(apis, ['HttpApi']);
    const named = JSON.stringify([resources, outputs]);
    assert.doesNotMatch(named, /WebsocketsApi|WebsocketsDeployment/);
    assert.match(named, /"Fn::GetAtt":\["WsDashconnectLambdaFunction","Arn"\]/);
  });

  it('can be deployed again if the first deployment failed', () => {
    for (const [id, { Type, DeletionPolicy, UpdateReplacePolicy, Properties }] of resources) {
      // What a rollback leaves behind has the name that the next deployment needs; so does what refuses to be deleted.
      assert.notEqual(DeletionPolicy, 'Retain', id);
      assert.notEqual(Properties.DeletionProtectionEnabled, true, id);
      if (Type === 'AWS::DynamoDB::Table')
        assert.equal(UpdateReplacePolicy, DeletionPolicy === 'Delete' ? 'Delete' : 'Retain', id);
    }
  });

  it("gives every function a role of its own that names the function's resources", () => {
    const roles = ofType('AWS::Lambda::Function').map(
      ([, { Properties }]) => Properties.Role['Fn::GetAtt'][0],
    );
    assert.deepEqual(
      [...new Set(roles)].sort(),
      ofType('AWS::IAM::Role')
        .map(([id]) => id)
        .sort(),
    );
    assert.equal(roles.length, FUNCTIONS.length);

    const spelled: Record<string, readonly string[]> = {};
    for (const [id, { Properties }] of ofType('AWS::IAM::Role')) {
      assert.equal(Properties.ManagedPolicyArns, undefined, id);
      const statements = statementsOf(Properties);
      for (const { Action } of statements) assert.doesNotMatch(JSON.stringify(Action), /\*/, id);
      // A log group's ARN, by GetAtt, ends in ":*" for its streams.
      const patterns = statements.flatMap(({ Resource }) => ('Fn::GetAtt' in Resource ? [] : Resource));
      if (patterns.length > 0) spelled[id] = patterns.map((pattern) => pattern['Fn::Sub']);
    }
    assert.deepEqual(spelled, NAMED_BY_PATTERN);
  });

  it('lets each function do to the tables only what it does', () => {
    const rights = ofType('AWS::IAM::Role').map(([id, { Properties }]) => [
      id,
      statementsOf(Properties)
        .filter((statement) => String(statement.Action).startsWith('dynamodb:') && ownResource(statement))
        .map((statement) => {
          // First the keys, then the attributes.
          const allowed = Object.values(statement.Condition ?? {}).flatMap((by) => Object.values(by).flat());
          const actions = String(statement.Action).replaceAll('dynamodb:', '');
          return [actions, ownResource(statement), ...allowed].join(' ');
        }),
    ]);

    assert.deepEqual(Object.fromEntries(rights), TABLE_RIGHTS);
  });

  it('lets only known APIs call its functions, and the whole account if no API can be named', () => {
    const permissions = ofType('AWS::Lambda::Permission');
    for (const [id, { Properties }] of permissions)
      assert.ok(Properties.SourceAccount ?? Properties.SourceArn, id);
    const ofAccount = permissions.flatMap(([id, { Properties }]) =>
      Properties.SourceArn === undefined ? [id] : [],
    );
    // SECURITY.md says what they can be asked for. No document names a WebSocket API in prod, and `apis` is empty.
    assert.deepEqual(ofAccount.sort(), [
      'RequestAuthorizerPermission',
      'TokenAuthorizerPermission',
      'UsageTrackerPermission',
      'WsPublisherEventsPermission',
      'WsPublisherSnsPermission',
    ]);
    const named = JSON.stringify(resources);
    assert.doesNotMatch(named, /\{(socketApi|ticketApi|cacheApi)\}/);
    assert.doesNotMatch(named, /Ws(Connect|Subscribe|Ticket)Permission/);
  });

  it('keeps the important tables once they have been created, whatever happens to the stack', () => {
    const tables = Object.fromEntries(
      ofType('AWS::DynamoDB::Table').map(([id, { DeletionPolicy, Properties }]) => {
        assert.equal(Properties.BillingMode, 'PAY_PER_REQUEST', id);
        assert.deepEqual(
          Properties.TimeToLiveSpecification,
          { AttributeName: 'expiresAt', Enabled: true },
          id,
        );
        assert.deepEqual(Properties.SSESpecification, { SSEEnabled: true }, id);
        const recovery = Properties.PointInTimeRecoverySpecification?.PointInTimeRecoveryEnabled ?? false;
        return [id, `${DeletionPolicy ?? ''} ${recovery} ${Properties.DeletionProtectionEnabled ?? false}`];
      }),
    );

    assert.deepEqual(tables, {
      AccessTable: 'RetainExceptOnCreate true false',
      UsageTable: 'RetainExceptOnCreate true false',
      ConnectionsTable: 'Delete false false',
      CacheTable: 'Delete false false',
    });
  });

  it('logs, throttles and watches everything', () => {
    for (const [id, { Properties }] of ofType('AWS::ApiGatewayV2::Stage')) {
      assert.ok(Properties.AccessLogSettings, id);
      assert.equal(Properties.DefaultRouteSettings.ThrottlingRateLimit, 500, id);
      assert.equal(Properties.DefaultRouteSettings.ThrottlingBurstLimit, 1000, id);
    }
    for (const [id, { Properties }] of ofType('AWS::Logs::LogGroup'))
      assert.equal(Properties.RetentionInDays, 90, id);
    const watched = JSON.stringify(ofType('AWS::CloudWatch::Alarm'));
    for (const [id] of ofType('AWS::Lambda::Function')) {
      const isWatched = (metric: string) =>
        new RegExp(`"MetricName":"${metric}"[^\\]]*"Ref":"${id}"`).test(watched);
      assert.ok(isWatched('Throttles'), id);
      // A refused caller is an error of an authorizer to Lambda, so none of its alarms may look there.
      const isAuthorizer = id.includes('authorizer');
      assert.equal(isWatched('Errors'), !isAuthorizer, id);
      assert.equal(isWatched('Duration'), isAuthorizer, id);
    }
    const others = 'ReadThrottleEvents WriteThrottleEvents 5xx ApproximateAgeOfOldestMessage';
    for (const metric of others.split(' ')) assert.match(watched, new RegExp(`"MetricName":"${metric}"`));
  });

  it('counts if its alarms look', () => {
    for (const [id, { Properties }] of ofType('AWS::Lambda::Function'))
      assert.equal(Properties.Environment.Variables['POWERTOOLS_METRICS_NAMESPACE'], 'gatewright-prod', id);
    const watched = JSON.stringify(ofType('AWS::CloudWatch::Alarm'));
    // Functions also publish every metric with the service as the only dimension
    // (shared/observability/observe-handler.ts). What is too large is also counted as failed (shared/failures.ts).
    for (const service of ['token-authorizer', 'request-authorizer'])
      for (const metric of ['Failed', 'JwksFetchFailed'])
        assert.match(
          watched,
          new RegExp(
            `"Namespace":"gatewright-prod","MetricName":"${metric}"[^\\]]*"Dimensions":\\[\\{"Name":"service","Value":"${service}"\\}\\]`,
          ),
        );
  });

  it('trusts no local issuer in a stage that is deployed', () => {
    for (const [id, { Properties }] of ofType('AWS::Lambda::Function'))
      assert.equal(Properties.Environment.Variables['GATEWRIGHT_ISSUER_URL'] ?? '', '', id);
  });

  it('ships each function separately, and packages only in the layer', async () => {
    for (const name of FUNCTIONS) {
      const files = await artefact(name);
      const entries = [...files.keys()].filter((file) => !/^functions\/chunks\/\w+\.mjs$/.test(file));
      assert.deepEqual(entries.sort(), [`functions/${name}.mjs`]);
      // `package: *alone` in serverless.yml leaves chunks out, and code that is loaded late is missed late.
      for (const [file, content] of files)
        for (const [, target = ''] of content.toString().matchAll(/"(\.{1,2}\/[\w./-]+\.mjs)"/g))
          assert.ok(
            files.has(posix.join(posix.dirname(file), target)),
            `${name} ships ${file}, not ${target}`,
          );
    }
    const layer = [...(await artefact('packages')).keys()];
    assert.ok(layer.every((name) => name.startsWith('nodejs/node_modules/')));
    assert.ok(layer.includes('nodejs/node_modules/aws-jwt-verify/index.mjs'));
  });

  it('ships functions that start with nothing but the layer', async () => {
    // Lambda's runtime searches /opt/nodejs/node_modules for ES modules; a folder above the function stands for it.
    const task = join(output, 'task');
    for (const [name, content] of await artefact('packages')) {
      const file = join(task, name.replace(/^nodejs\//, ''));
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, content);
    }
    for (const name of FUNCTIONS)
      for (const [file, content] of await artefact(name)) {
        await mkdir(dirname(join(task, file)), { recursive: true });
        await writeFile(join(task, file), content);
      }
    const script = `
      for (const name of ${JSON.stringify(FUNCTIONS)}) {
        const { handler } = await import('./functions/' + name + '.mjs');
        const error = await handler({}, {}).then(() => new Error('none'), (error) => error);
        process.stderr.write(name + ': ' + error.message + '\\n');
      }
      await import('@aws-sdk/client-dynamodb').then(({ DynamoDBClient }) => new DynamoDBClient({ region: 'x' }).destroy());`;
    await writeFile(join(task, 'start.mjs'), script);

    const { stderr } = await run(process.execPath, ['start.mjs'], {
      cwd: task,
      env: { POWERTOOLS_METRICS_NAMESPACE: 'test', GATEWRIGHT_CONNECTIONS_TABLE: 'connections' },
    });

    const lines = stderr.split('\n').filter((line) => FUNCTIONS.some((name) => line.startsWith(`${name}:`)));
    assert.deepEqual(lines, [
      'access-admin: an event of an HTTP API must have route, method and path',
      'cache-invalidator: GATEWRIGHT_CACHE_TABLE must be the name of a DynamoDB table',
      'quota-admin: GATEWRIGHT_USAGE_TABLE must be the name of a DynamoDB table',
      'request-authorizer: GATEWRIGHT_STAGE must be the name of a stage',
      'token-authorizer: GATEWRIGHT_STAGE must be the name of a stage',
      'usage-closer: GATEWRIGHT_USAGE_TABLE must be the name of a DynamoDB table',
      'usage-tracker: GATEWRIGHT_USAGE_TABLE must be the name of a DynamoDB table',
      'webhook-receiver: AWS_REGION is missing or malformed',
      'ws-connect: GATEWRIGHT_PUBLISHER must be the name of a Lambda function',
      'ws-default: GATEWRIGHT_PUBLISHER must be the name of a Lambda function',
      'ws-disconnect: GATEWRIGHT_PUBLISHER must be the name of a Lambda function',
      'ws-publish: GATEWRIGHT_PUBLISHER must be the name of a Lambda function',
      'ws-publisher: the event must name a channel',
      'ws-subscribe: GATEWRIGHT_PUBLISHER must be the name of a Lambda function',
      'ws-ticket: GATEWRIGHT_STAGE must be the name of a stage',
      'ws-unsubscribe: GATEWRIGHT_PUBLISHER must be the name of a Lambda function',
    ]);
  });
});
