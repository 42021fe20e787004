/** The clients of the services that cases call. A client is loaded when the first case calls its service. */
import { openSignedClient } from './signed-client.ts';
import { NotAsked } from './not-asked.ts';
import type { Client, ClientSettings, SdkCall, SdkService } from './client.ts';
import type { ControlReply } from '../schema/control-case.ts';
import type { Json, JsonObject } from '../schema/parity-case.ts';

/** Time limits of a call. If an endpoint does not respond, the case fails, but the run continues. */
const DEADLINES = { connectionTimeout: 5_000, requestTimeout: 30_000, throwOnRequestTimeout: true };

const configOf = ({ endpoint, region, credentials }: ClientSettings) => ({
  region,
  credentials,
  maxAttempts: 1,
  requestHandler: DEADLINES,
  ...(endpoint === undefined ? {} : { endpoint }),
});

type Config = ReturnType<typeof configOf>;

/** A client and its commands, as an SDK package exports them. */
type Sdk = {
  readonly client: { send(command: object): Promise<object>; destroy(): void };
  readonly commands: Readonly<Record<string, unknown>>;
};

type CommandClass = new (input: JsonObject) => object;

const CLIENTS: Readonly<Record<SdkService, ((config: Config) => Promise<Sdk>) | 'signed'>> = {
  async apigateway(config) {
    const commands = await import('@aws-sdk/client-api-gateway');
    return { client: new commands.APIGatewayClient(config), commands };
  },
  async apigatewayv2(config) {
    const commands = await import('@aws-sdk/client-apigatewayv2');
    return { client: new commands.ApiGatewayV2Client(config), commands };
  },
  async apigatewaymanagementapi(config) {
    const commands = await import('@aws-sdk/client-apigatewaymanagementapi');
    return { client: new commands.ApiGatewayManagementApiClient(config), commands };
  },
  async appconfigdata(config) {
    const commands = await import('@aws-sdk/client-appconfigdata');
    return { client: new commands.AppConfigDataClient(config), commands };
  },
  async cloudformation(config) {
    const commands = await import('@aws-sdk/client-cloudformation');
    return { client: new commands.CloudFormationClient(config), commands };
  },
  cloudfront: 'signed',
  async cloudwatch(config) {
    const commands = await import('@aws-sdk/client-cloudwatch');
    return { client: new commands.CloudWatchClient(config), commands };
  },
  async 'cognito-idp'(config) {
    const commands = await import('@aws-sdk/client-cognito-identity-provider');
    return { client: new commands.CognitoIdentityProviderClient(config), commands };
  },
  async dynamodb(config) {
    const commands = await import('@aws-sdk/client-dynamodb');
    return { client: new commands.DynamoDBClient(config), commands };
  },
  dynamodbstreams: 'signed',
  async events(config) {
    const commands = await import('@aws-sdk/client-eventbridge');
    return { client: new commands.EventBridgeClient(config), commands };
  },
  async kinesis(config) {
    // By default this client speaks HTTP/2, which emulators do not serve.
    const [commands, { NodeHttpHandler }] = await Promise.all([
      import('@aws-sdk/client-kinesis'),
      import('@smithy/node-http-handler'),
    ]);
    const requestHandler = new NodeHttpHandler(DEADLINES);
    return { client: new commands.KinesisClient({ ...config, requestHandler }), commands };
  },
  async lambda(config) {
    const commands = await import('@aws-sdk/client-lambda');
    return { client: new commands.LambdaClient(config), commands };
  },
  async logs(config) {
    const commands = await import('@aws-sdk/client-cloudwatch-logs');
    return { client: new commands.CloudWatchLogsClient(config), commands };
  },
  async s3(config) {
    const commands = await import('@aws-sdk/client-s3');
    // A name below the host of an emulator does not resolve on every machine.
    return {
      client: new commands.S3Client({ ...config, forcePathStyle: config.endpoint !== undefined }),
      commands,
    };
  },
  async secretsmanager(config) {
    const commands = await import('@aws-sdk/client-secrets-manager');
    return { client: new commands.SecretsManagerClient(config), commands };
  },
  servicediscovery: 'signed',
  async sns(config) {
    const commands = await import('@aws-sdk/client-sns');
    return { client: new commands.SNSClient(config), commands };
  },
  async sqs(config) {
    const commands = await import('@aws-sdk/client-sqs');
    return { client: new commands.SQSClient(config), commands };
  },
  async ssm(config) {
    const commands = await import('@aws-sdk/client-ssm');
    return { client: new commands.SSMClient(config), commands };
  },
  async states(config) {
    const commands = await import('@aws-sdk/client-sfn');
    // The SDK would add "sync-" to the host of StartSyncExecution.
    return {
      client: new commands.SFNClient({ ...config, disableHostPrefix: config.endpoint !== undefined }),
      commands,
    };
  },
  async sts(config) {
    const commands = await import('@aws-sdk/client-sts');
    return { client: new commands.STSClient(config), commands };
  },
  wafv2: 'signed',
  xray: 'signed',
};

export async function openClient(service: SdkService, settings: ClientSettings): Promise<Client> {
  const open = CLIENTS[service];
  if (open === 'signed') return openSignedClient(service, settings);
  const sdk = await open(configOf(settings));
  return {
    send: (call) => sendCommand(sdk, service, call),
    close: () => sdk.client.destroy(),
  };
}

async function sendCommand(
  { client, commands }: Sdk,
  service: SdkService,
  { call, input }: SdkCall,
): Promise<ControlReply> {
  const command = commands[`${call}Command`];
  if (typeof command !== 'function') throw new Error(`${call} is not a call of ${service}`);
  try {
    const output = await client.send(new (command as CommandClass)(input));
    const { $metadata, ...body } = output as { readonly $metadata: Metadata };
    return { status: $metadata.httpStatusCode ?? 0, body: toJson(await readBody(body)) as JsonObject };
  } catch (error) {
    const { name, message, $metadata } = error as Error & { readonly $metadata?: Metadata };
    // If there is no status, there was no response, so the message is not from AWS.
    if ($metadata?.httpStatusCode === undefined) throw notThere(error) ?? error;
    return { status: $metadata.httpStatusCode, body: {}, error: { code: name, message } };
  }
}

/** Reads the content of an object of S3, which the SDK returns as a stream. */
async function readBody(output: object): Promise<object> {
  const { Body } = output as { readonly Body?: { transformToString?(): Promise<string> } };
  return Body?.transformToString === undefined ? output : { ...output, Body: await Body.transformToString() };
}

/**
 * Recognizes an unresolved name below `localhost`. RFC 6761 assigns these names to the loopback address, but not every
 * resolver does.
 */
function notThere(error: unknown): NotAsked | undefined {
  const { code, hostname } = error as { readonly code?: unknown; readonly hostname?: unknown };
  return code === 'ENOTFOUND' && String(hostname).endsWith('.localhost')
    ? new NotAsked('host names that end with .localhost do not resolve on this machine')
    : undefined;
}

type Metadata = { readonly httpStatusCode?: number };

/** Converts a response to JSON: dates become `DATE`, bytes become text, and undefined members are left out. */
function toJson(value: unknown): Json {
  if (value instanceof Date) return 'DATE';
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value !== 'object' || value === null) return (value ?? null) as Json;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([name, member]) => [name, toJson(member)]),
  );
}
