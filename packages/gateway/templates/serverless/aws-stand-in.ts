/**
 * Serves, on the loopback interface, the AWS services that osls calls while it packages a service: CloudFormation
 * (layers, `${cf:}`), STS (`${aws:accountId}`), SSM (`${ssm:}`) and S3 (`${s3:}`). Without this stand-in, a service
 * with a layer cannot be packaged offline.
 */
import { randomBytes } from 'node:crypto';
import { createServer } from '@gatewright/aws/node-http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { devNull } from 'node:os';
import type { StoredParameter } from '../../core/stack/stored-values.ts';
import { stackDoesNotExist } from '../missing-stack.ts';

/** The data of the stand-in. If a member is absent, there are no such stacks, parameters or objects. */
type StandInValues = {
  readonly region: string;
  readonly accountId: string;
  /**
   * Returns the outputs of a stack by name; undefined if there is no such stack. The promise may wait until the stack
   * is loaded. If it rejects, osls gets the reason as its error.
   */
  readonly outputsOf?: (stackName: string) => Promise<Readonly<Record<string, string>> | undefined>;
  /** Returns an SSM parameter. It may wait, like `outputsOf`. */
  readonly parameter?: (name: string, region: string) => Promise<StoredParameter | undefined>;
  readonly object?: (address: string) => string | undefined;
};

export type AwsStandIn = {
  /**
   * The environment of the child process. It contains local keys, a region and `AWS_ENDPOINT_URL`. It does not contain
   * a profile, and it turns proxies off with empty values.
   */
  readonly environment: Record<string, string>;
  close(): Promise<void>;
};

type Answer = { readonly status: number; readonly contentType: string; readonly body: string };

/**
 * The variable that tells the gateway's own plug-ins that AWS is replaced, so that they do not look for a deployed API.
 */
export const STANDS_IN = 'GATEWRIGHT_STANDS_IN_FOR_AWS';
/**
 * The variable that tells the gateway's own plug-ins that the template is only read to be served, so that they do not
 * package anything.
 */
export const READS_TEMPLATE = 'GATEWRIGHT_READS_TEMPLATE';
/**
 * The value of this variable if the template is read for `gatewright check`. The plug-ins then refuse what they refuse
 * at a deployment.
 */
export const READS_TO_CHECK = 'check';

const REQUEST_LIMIT_BYTES = 1_048_576;
const NAMESPACE = {
  cloudformation: 'http://cloudformation.amazonaws.com/doc/2010-05-15/',
  sts: 'https://sts.amazonaws.com/doc/2011-06-15/',
};

/**
 * Starts the stand-in on a free loopback port. It refuses requests whose signature does not name its own random key id.
 */
export async function startAwsStandIn(values: StandInValues): Promise<AwsStandIn> {
  // The key id is this server's secret, because other local processes must not read outputs and parameters.
  const accessKeyId = `AKIALOCAL${randomBytes(12).toString('hex').toUpperCase()}`;
  const server = createServer((request, response) => {
    void respond(request, response, accessKeyId, values);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  return {
    environment: {
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: randomBytes(20).toString('hex'),
      AWS_REGION: values.region,
      AWS_DEFAULT_REGION: values.region,
      // If the host is an address instead of a name, the S3 client uses path style, not `bucket.host`.
      AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
      AWS_CONFIG_FILE: devNull,
      AWS_SHARED_CREDENTIALS_FILE: devNull,
      AWS_EC2_METADATA_DISABLED: 'true',
      SLS_AWS_REQUEST_MAX_RETRIES: '0',
      [STANDS_IN]: '1',
      ...Object.fromEntries(PROXY_VARIABLES.map((name) => [name, ''])),
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const PROXY_VARIABLES = ['proxy', 'HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy'];

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  accessKeyId: string,
  values: StandInValues,
): Promise<void> {
  let answer: Answer;
  try {
    answer = await answerRequest(request, accessKeyId, values);
  } catch (error) {
    answer = queryError(500, 'InternalFailure', error instanceof Error ? error.message : 'failed');
  }
  response.writeHead(answer.status, { 'content-type': answer.contentType });
  response.end(request.method === 'HEAD' ? undefined : answer.body);
}

async function answerRequest(
  request: IncomingMessage,
  accessKeyId: string,
  values: StandInValues,
): Promise<Answer> {
  const scope = /Credential=([^/]+)\/\d{8}\/([^/]+)\/([^/]+)\//.exec(request.headers.authorization ?? '');
  const [, key, region = '', service = ''] = scope ?? [];
  if (key !== accessKeyId)
    return queryError(
      403,
      'InvalidClientTokenId',
      'The access key does not belong to the local stand-in for AWS.',
    );
  const body = await readBody(request);
  switch (service) {
    case 'cloudformation':
      return answerCloudFormation(new URLSearchParams(body), values);
    case 'sts':
      return answerSts(new URLSearchParams(body), values);
    case 'ssm':
      return answerSsm(body, String(request.headers['x-amz-target']), region, values);
    case 's3':
      return answerS3(request, values);
    default: {
      const refuse = request.headers['x-amz-target'] === undefined ? queryError : jsonError;
      return refuse(
        501,
        'NotImplemented',
        `The local stand-in for AWS does not support the service "${service}", which is not available while packaging offline.`,
      );
    }
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk as Uint8Array);
    sizeBytes += bytes.length;
    if (sizeBytes > REQUEST_LIMIT_BYTES) throw new Error('the request body is larger than 1 MiB');
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}

async function answerCloudFormation(query: URLSearchParams, values: StandInValues): Promise<Answer> {
  const action = query.get('Action') ?? '';
  const stackName = query.get('StackName') ?? '';
  switch (action) {
    case 'DescribeStacks': {
      const outputs = await values.outputsOf?.(stackName);
      if (outputs === undefined) return missingStack(action, stackName);
      return queryResult('cloudformation', action, printStack(stackName, outputs, values));
    }
    // The stand-in deploys no stacks, so no stack has resources or exports.
    case 'DescribeStackResource':
    case 'DescribeStackResources':
    case 'ListStackResources':
      return missingStack(action, stackName);
    case 'ListExports':
      return queryResult('cloudformation', action, '<Exports></Exports>');
    default:
      return queryError(
        501,
        'InvalidAction',
        `The local stand-in for AWS does not support CloudFormation ${action}.`,
      );
  }
}

function printStack(
  stackName: string,
  outputs: Readonly<Record<string, string>>,
  values: StandInValues,
): string {
  const members = Object.entries(outputs).map(
    ([key, value]) =>
      `<member><OutputKey>${escapeXml(key)}</OutputKey><OutputValue>${escapeXml(value)}</OutputValue></member>`,
  );
  const stackId = `arn:aws:cloudformation:${values.region}:${values.accountId}:stack/${stackName}/local`;
  return (
    `<Stacks><member><StackName>${escapeXml(stackName)}</StackName><StackId>${escapeXml(stackId)}</StackId>` +
    '<CreationTime>2026-01-01T00:00:00.000Z</CreationTime><StackStatus>CREATE_COMPLETE</StackStatus>' +
    `<Outputs>${members.join('')}</Outputs></member></Stacks>`
  );
}

function answerSts(query: URLSearchParams, values: StandInValues): Answer {
  const action = query.get('Action') ?? '';
  if (action !== 'GetCallerIdentity')
    return queryError(501, 'InvalidAction', `The local stand-in for AWS does not support STS ${action}.`);
  const arn = `arn:aws:iam::${values.accountId}:user/local`;
  return queryResult(
    'sts',
    action,
    `<Arn>${arn}</Arn><UserId>AIDALOCAL</UserId><Account>${values.accountId}</Account>`,
  );
}

async function answerSsm(
  body: string,
  target: string,
  region: string,
  values: StandInValues,
): Promise<Answer> {
  if (target !== 'AmazonSSM.GetParameter') {
    return jsonError(
      501,
      'UnknownOperationException',
      `The local stand-in for AWS does not support ${target}.`,
    );
  }
  const input: unknown = JSON.parse(body);
  const name = typeof input === 'object' && input !== null && 'Name' in input ? String(input.Name) : '';
  const found = await values.parameter?.(name, region);
  if (found === undefined) return jsonError(400, 'ParameterNotFound', `No parameter ${name}.`);
  const { type, value } = found;
  return json(200, { Parameter: { Name: name, Type: type, Value: value, Version: 1 } });
}

function answerS3(request: IncomingMessage, values: StandInValues): Answer {
  const path = decodeURIComponent((request.url ?? '/').split('?', 1)[0] ?? '/').slice(1);
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return s3Error(
      501,
      'NotImplemented',
      `The local stand-in for AWS does not support S3 ${request.method ?? ''}.`,
    );
  }
  const hasKey = path.replace(/\/$/, '').includes('/');
  // A request for a bucket always succeeds, so that osls's checks accept a deployment bucket that the service names.
  if (!hasKey) return { status: 200, contentType: 'application/xml', body: '' };
  const text = values.object?.(path);
  if (text === undefined) return s3Error(404, 'NoSuchKey', `No object ${path}.`);
  return { status: 200, contentType: 'application/octet-stream', body: text };
}

function missingStack(action: string, stackName: string): Answer {
  return queryError(400, 'ValidationError', stackDoesNotExist(action, stackName));
}

function queryResult(service: keyof typeof NAMESPACE, action: string, result: string): Answer {
  const body =
    `<${action}Response xmlns="${NAMESPACE[service]}"><${action}Result>${result}</${action}Result>` +
    `<ResponseMetadata><RequestId>local</RequestId></ResponseMetadata></${action}Response>`;
  return { status: 200, contentType: 'text/xml', body };
}

function queryError(status: number, code: string, message: string): Answer {
  const body =
    `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${escapeXml(message)}</Message></Error>` +
    '<RequestId>local</RequestId></ErrorResponse>';
  return { status, contentType: 'text/xml', body };
}

function s3Error(status: number, code: string, message: string): Answer {
  const body = `<Error><Code>${code}</Code><Message>${escapeXml(message)}</Message></Error>`;
  return { status, contentType: 'application/xml', body };
}

function json(status: number, value: unknown): Answer {
  return { status, contentType: 'application/x-amz-json-1.1', body: JSON.stringify(value) };
}

function jsonError(status: number, type: string, message: string): Answer {
  return json(status, { __type: type, message });
}

function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
