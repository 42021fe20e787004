/** The AWS SDK as a target of control-plane cases. */
import { NotAsked } from './not-asked.ts';
import type { ControlCall, ControlReply, ControlService, ControlTarget } from '../schema/control-case.ts';
import type { AwsCredentials } from '@gatewright/aws/sign-request';
import type { Json, JsonObject } from '../schema/parity-case.ts';

export type SdkCredentials = Omit<AwsCredentials, 'sessionToken'> & { readonly sessionToken?: string };

type SdkSettings = {
  /** Undefined means the endpoint of AWS. */
  readonly endpoint: string | undefined;
  /** Returns the address of `@connections`; `stage` is `apiId/name`. */
  readonly stageEndpoint: (stage: string) => string;
  readonly region: string;
  readonly accountId: string;
  readonly credentials: SdkCredentials | (() => Promise<SdkCredentials>);
};

/** The services that cases name. */
export type SdkService = ControlService;

/** A call without its service, which is a separate argument. */
export type SdkCall = Omit<ControlCall, 'service'>;

export type SdkTarget = ControlTarget & {
  send(service: SdkService, call: SdkCall): Promise<ControlReply>;
  close(): void;
};

/** Time limits of a call. If an endpoint does not respond, the case fails, but the run continues. */
const DEADLINES = { connectionTimeout: 5_000, requestTimeout: 30_000, throwOnRequestTimeout: true };

/** A client and its commands, as an SDK package exports them. */
type Sdk = {
  readonly client: { send(command: object): Promise<object>; destroy(): void };
  readonly commands: Readonly<Record<string, unknown>>;
};

type CommandClass = new (input: JsonObject) => object;

/** @returns the target, with a function that closes its connections */
export function openSdkTarget(settings: SdkSettings): SdkTarget {
  const { region, accountId } = settings;
  const opened = new Map<string, Promise<Sdk>>();
  const closing: (() => void)[] = [];
  const open = (service: SdkService, stage: string | undefined): Promise<Sdk> => {
    const endpoint = stage === undefined ? settings.endpoint : settings.stageEndpoint(stage);
    const key = `${service} ${endpoint ?? ''}`;
    const known = opened.get(key);
    if (known !== undefined) return known;
    const sdk = openSdk(service, { ...settings, endpoint })
      .catch(withoutPackage)
      .then((made) => {
        closing.push(() => {
          made.client.destroy();
        });
        return made;
      });
    opened.set(key, sdk);
    return sdk;
  };
  return {
    region,
    accountId,
    async send(service, call) {
      return sendCommand(await open(service, call.stage), service, call);
    },
    close() {
      for (const close of closing) close();
    },
  };
}

/**
 * Handles a missing SDK client. The clients are optional peer dependencies of the package, so any of them may be
 * missing.
 */
export function withoutPackage(error: unknown): never {
  if ((error as { readonly code?: unknown }).code !== 'ERR_MODULE_NOT_FOUND') throw error;
  const name = /'(@aws-sdk\/[^']+)'/.exec((error as Error).message)?.[1] ?? 'an AWS SDK client';
  throw new NotAsked(`${name} is not installed`);
}

async function openSdk(service: SdkService, { endpoint, region, credentials }: SdkSettings): Promise<Sdk> {
  const config = {
    region,
    credentials,
    maxAttempts: 1,
    requestHandler: DEADLINES,
    ...(endpoint === undefined ? {} : { endpoint }),
  };
  switch (service) {
    case 'apigateway': {
      const commands = await import('@aws-sdk/client-api-gateway');
      return { client: new commands.APIGatewayClient(config), commands };
    }
    case 'apigatewayv2': {
      const commands = await import('@aws-sdk/client-apigatewayv2');
      return { client: new commands.ApiGatewayV2Client(config), commands };
    }
    case 'apigatewaymanagementapi': {
      const commands = await import('@aws-sdk/client-apigatewaymanagementapi');
      return { client: new commands.ApiGatewayManagementApiClient(config), commands };
    }
    case 'cloudwatch': {
      const commands = await import('@aws-sdk/client-cloudwatch');
      return { client: new commands.CloudWatchClient(config), commands };
    }
    case 'sqs': {
      const commands = await import('@aws-sdk/client-sqs');
      return { client: new commands.SQSClient(config), commands };
    }
    case 'sts': {
      const commands = await import('@aws-sdk/client-sts');
      return { client: new commands.STSClient(config), commands };
    }
    case 'lambda': {
      const commands = await import('@aws-sdk/client-lambda');
      return { client: new commands.LambdaClient(config), commands };
    }
  }
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
    return { status: $metadata.httpStatusCode ?? 0, body: toJson(body) as JsonObject };
  } catch (error) {
    const { name, message, $metadata } = error as Error & { readonly $metadata?: Metadata };
    // If there is no status, there was no response, so the message is not from AWS.
    if ($metadata?.httpStatusCode === undefined) throw notThere(error) ?? error;
    return { status: $metadata.httpStatusCode, body: {}, error: { code: name, message } };
  }
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
