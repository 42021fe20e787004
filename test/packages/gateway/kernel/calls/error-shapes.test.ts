import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { describe, it } from 'node:test';
import * as appconfig from '@aws-sdk/client-appconfigdata';
import * as monitoring from '@aws-sdk/client-cloudwatch';
import * as logs from '@aws-sdk/client-cloudwatch-logs';
import * as cognito from '@aws-sdk/client-cognito-identity-provider';
import * as events from '@aws-sdk/client-eventbridge';
import * as kinesis from '@aws-sdk/client-kinesis';
import * as lambda from '@aws-sdk/client-lambda';
import * as secretsmanager from '@aws-sdk/client-secrets-manager';
import * as states from '@aws-sdk/client-sfn';
import * as sns from '@aws-sdk/client-sns';
import * as sqs from '@aws-sdk/client-sqs';
import * as ssm from '@aws-sdk/client-ssm';
import * as rest from '@aws-sdk/client-api-gateway';
import * as v2 from '@aws-sdk/client-apigatewayv2';
import { awsError } from '../../../../../packages/gateway/kernel/calls/aws-call.ts';
import {
  printJsonReply,
  printQueryReply,
} from '../../../../../packages/gateway/kernel/calls/aws-operation.ts';
import { errorMembers, errorShapes } from '../../../../../packages/gateway/kernel/calls/error-shapes.ts';
import type { ErrorShape } from '../../../../../packages/gateway/kernel/calls/error-shapes.ts';
import { readSource } from '../../../../architecture/source-files.ts';

type Reply = {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string | Buffer;
};
type Printed = {
  readonly status: number;
  readonly contentType: string;
  readonly body: string | Buffer;
  readonly headers?: readonly string[];
};
type Failed = Error & { readonly $metadata?: { readonly httpStatusCode?: number } } & Record<string, unknown>;

const TEXT = 'What AWS says.';
const IS_TEXT = /^message$/i;
const textMember = (service: string, code: string): string =>
  Object.keys(errorMembers(service, { code, message: TEXT })).join();
const MORE: Readonly<Record<string, string>> = { Type: 'User', ResourceType: 'Configuration', Field: 'RULE' };

/** The error of a shape, with the members that the gateway gives it. */
function printAs(print: 'json' | 'query' | 'rest', shape: ErrorShape, code: string): Reply {
  const { service, status = 400 } = shape;
  const members = Object.fromEntries(Object.entries(MORE).filter(([name]) => shape.members.includes(name)));
  if (print === 'rest') {
    const request = { method: 'GET', path: '/x/y', query: '', host: '', body: Buffer.of(), rawHeaders: [] };
    return named(awsError(request, service, { status, type: code, message: TEXT, members }));
  }
  const result = { kind: 'error', status, code, message: TEXT, members } as const;
  const printed: Printed =
    print === 'json'
      ? printJsonReply(result, service, '1.1')
      : printQueryReply('Any', result, { requestId: 'r', namespace: 'n' });
  const { contentType, headers = [] } = printed;
  return named({ ...printed, headers: ['Content-Type', contentType, ...headers] });
}

function named({
  status,
  headers,
  body,
}: {
  status: number;
  headers: readonly string[];
  body: string | Buffer;
}): Reply {
  const pairs = headers.flatMap((name, at) =>
    at % 2 === 0 ? [[name.toLowerCase(), headers[at + 1] ?? '']] : [],
  );
  return { status, headers: Object.fromEntries(pairs) as Record<string, string>, body };
}

/** Returns the error that a client of the SDK makes of a reply. */
async function parse(client: object, command: object, { status, headers, body }: Reply): Promise<Failed> {
  const config = Reflect.get(client, 'config') as { requestHandler: object };
  config.requestHandler = {
    handle: () => Promise.resolve({ response: { statusCode: status, headers, body: Buffer.from(body) } }),
  };
  const send = Reflect.get(client, 'send') as (command: object) => Promise<unknown>;
  try {
    await send.call(client, command);
  } catch (error) {
    return error as Failed;
  }
  throw new Error('the client accepted an error');
}

const SETTINGS = {
  region: 'us-east-1',
  maxAttempts: 1,
  endpoint: 'http://127.0.0.1:9',
  credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
};
type Client = {
  readonly service: string;
  readonly print: Parameters<typeof printAs>[0];
  readonly sdk: object;
  readonly client: () => object;
  readonly command: object;
};
const CLIENTS: readonly Client[] = [
  {
    service: 'appconfig',
    print: 'rest',
    sdk: appconfig,
    client: () => new appconfig.AppConfigDataClient(SETTINGS),
    command: new appconfig.GetLatestConfigurationCommand({ ConfigurationToken: 't' }),
  },
  {
    service: 'apigateway',
    print: 'rest',
    sdk: rest,
    client: () => new rest.APIGatewayClient(SETTINGS),
    command: new rest.GetRestApisCommand({}),
  },
  {
    service: 'apigateway',
    print: 'rest',
    sdk: v2,
    client: () => new v2.ApiGatewayV2Client(SETTINGS),
    command: new v2.GetApisCommand({}),
  },
  {
    service: 'lambda',
    print: 'rest',
    sdk: lambda,
    client: () => new lambda.LambdaClient(SETTINGS),
    command: new lambda.GetFunctionCommand({ FunctionName: 'f' }),
  },
  {
    service: 'monitoring',
    print: 'json',
    sdk: monitoring,
    client: () => new monitoring.CloudWatchClient(SETTINGS),
    command: new monitoring.DescribeAlarmsCommand({}),
  },
  {
    service: 'logs',
    print: 'json',
    sdk: logs,
    client: () => new logs.CloudWatchLogsClient(SETTINGS),
    command: new logs.DescribeLogGroupsCommand({}),
  },
  {
    service: 'cognito-idp',
    print: 'json',
    sdk: cognito,
    client: () => new cognito.CognitoIdentityProviderClient(SETTINGS),
    command: new cognito.ListUserPoolsCommand({ MaxResults: 1 }),
  },
  {
    service: 'events',
    print: 'json',
    sdk: events,
    client: () => new events.EventBridgeClient(SETTINGS),
    command: new events.TestEventPatternCommand({ EventPattern: '{}', Event: '{}' }),
  },
  {
    service: 'kinesis',
    print: 'json',
    sdk: kinesis,
    client: () => new kinesis.KinesisClient(SETTINGS),
    command: new kinesis.ListStreamsCommand({}),
  },
  {
    service: 'secretsmanager',
    print: 'json',
    sdk: secretsmanager,
    client: () => new secretsmanager.SecretsManagerClient(SETTINGS),
    command: new secretsmanager.GetSecretValueCommand({ SecretId: 's' }),
  },
  {
    service: 'states',
    print: 'json',
    sdk: states,
    client: () => new states.SFNClient(SETTINGS),
    command: new states.StopExecutionCommand({ executionArn: 'a' }),
  },
  {
    service: 'ssm',
    print: 'json',
    sdk: ssm,
    client: () => new ssm.SSMClient(SETTINGS),
    command: new ssm.GetParameterCommand({ Name: 'n' }),
  },
  {
    service: 'sns',
    print: 'query',
    sdk: sns,
    client: () => new sns.SNSClient(SETTINGS),
    command: new sns.PublishCommand({ Message: 'm', TopicArn: 't' }),
  },
  {
    service: 'sqs',
    print: 'json',
    sdk: sqs,
    client: () => new sqs.SQSClient(SETTINGS),
    command: new sqs.ListQueuesCommand({}),
  },
];

/** The class of an error in an SDK, and its members as the service sends them; undefined for an error it lacks. */
function schemaOf(
  sdk: object,
  code: string,
): { readonly name: string; readonly members: readonly string[] } | undefined {
  for (const name of [code, `${code}Exception`]) {
    const schema = Reflect.get(sdk, `${name}$`) as readonly unknown[] | undefined;
    if (schema === undefined) continue;
    const [names = [], types = []] = schema.slice(4) as [string[]?, unknown[]?];
    const members = names.map((member, at) => {
      const type = types[at];
      const traits = Array.isArray(type) ? (type as readonly unknown[])[1] : undefined;
      return (traits as { readonly jsonName?: string } | undefined)?.jsonName ?? member;
    });
    return { name, members };
  }
  return undefined;
}

// Source: AWS's API models, in botocore (packages/gateway/kernel/calls/models/errors.ts) and in the SDK's own clients.
describe('an error of the API model', () => {
  for (const { service, print, sdk, client, command } of CLIENTS)
    it(`of ${service} is what the SDK has for it: ${client().constructor.name}`, async () => {
      const shapes = errorShapes().filter((shape) => shape.service === service);
      let compared = 0;
      for (const shape of shapes)
        for (const code of shape.codes) {
          const schema = schemaOf(sdk, code);
          // The installed SDK may be older than the model. Two SDKs share the codes of API Gateway.
          if (schema === undefined) continue;
          const error = await parse(client(), command, printAs(print, shape, code));

          assert.equal(error.name, schema.name, code);
          assert.ok(error instanceof (Reflect.get(sdk, schema.name) as new () => Error), code);
          assert.equal(error.message, TEXT, code);
          if (shape.status !== undefined) assert.equal(error.$metadata?.httpStatusCode, shape.status, code);
          if (
            print !== 'query' &&
            [schema, shape].every(({ members }) => members.some((name) => IS_TEXT.test(name)))
          )
            assert.ok(
              schema.members.includes(textMember(service, code)),
              `${code} has ${schema.members.join()}`,
            );
          for (const [member, value] of Object.entries(MORE))
            if (shape.members.includes(member) && schema.members.includes(member))
              assert.equal(error[member], value, `${code} ${member}`);
          compared += 1;
        }
      assert.ok(compared > 0);
    });

  for (const { service, members, codes } of errorShapes())
    for (const code of codes)
      it(`of ${service}, ${code}, has its text in the member of the model`, () => {
        const texts = members.filter((name) => /^message$/i.test(name));

        assert.deepEqual(Object.keys(errorMembers(service, { code, message: TEXT })), [
          texts[0] ?? 'message',
        ]);
      });
});

/** The folders or files that refuse the calls of each service. */
const PLACES: Readonly<Record<string, readonly string[]>> = {
  appconfig: ['services/values/app-config.ts'],
  'cognito-idp': ['cognito/api/*.ts', 'cognito/pools/*.ts'],
  events: ['services/eventbridge/*.ts'],
  kinesis: ['services/kinesis/*.ts'],
  lambda: ['control/api/lambda/*.ts', 'services/lambda-events/*.ts'],
  logs: ['services/cloudwatch-logs/*.ts'],
  secretsmanager: ['services/values/secrets-manager.ts'],
  servicediscovery: ['services/servicediscovery/*.ts'],
  sns: ['services/sns/*.ts'],
  sqs: ['services/sqs/*.ts'],
  ssm: ['services/values/ssm.ts', 'services/values/write-parameters.ts'],
  states: ['services/states/*.ts'],
  wafv2: ['services/waf/api/*.ts'],
  xray: ['services/xray/*.ts'],
};
/** The errors of the framework, which every service has ("Common Errors" of the API references). */
const COMMON: ReadonlySet<string> = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'NotImplementedException',
  'SerializationException',
  'ValidationError',
  'ValidationException',
]);
/** Codes that AWS was recorded to give although the model does not have them (docs/aws §22). */
const RECORDED: ReadonlySet<string> = new Set([
  'lambda RequestEntityTooLargeException',
  'sns MissingAction',
  'sqs InvalidParameterValue',
  'sqs MissingParameter',
]);
const THROWN =
  /\b(?:OperationRefused|ServiceRefusal|SqsError|KinesisError|refuse|refused|refusal)\(\s*(?:call,\s*\d+,\s*)?'([A-Z]\w+)'(?!, 'must)/g;

describe('a code that a service refuses with', () => {
  for (const [service, places] of Object.entries(PLACES))
    it(`is an error of ${service} in the API model, or recorded`, () => {
      const files = places.flatMap((place) => globSync(`packages/gateway/${place}`));
      const codes = files.flatMap((file) =>
        [...readSource(file).text.matchAll(THROWN)].map(([, code = '']) => code),
      );
      const known = new Set(errorShapes().flatMap((shape) => (shape.service === service ? shape.codes : [])));
      const loose = codes.filter(
        (code) => !known.has(code) && !COMMON.has(code) && !RECORDED.has(`${service} ${code}`),
      );

      assert.ok(codes.length > 0);
      assert.deepEqual(loose, []);
    });
});
