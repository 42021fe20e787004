/**
 * An AwsCaller over HTTPS. Functions send only single signed requests to EventBridge, SQS, SSM and Secrets Manager. SDK
 * clients would add 300 KB each to the layer and 40 ms to a cold start.
 */
import type { AwsJsonCall, AwsCaller } from '../ports.ts';
import { parseJsonObject } from '@gatewright/aws/json-object';
import { sendByNode } from '@gatewright/aws/node-transport';
import { PROCESS_PORTS } from '@gatewright/aws/retry';
import * as RETRIES from '@gatewright/aws/retry-rules';
import { regionalAddress } from '@gatewright/aws/service-address';
import { callSigned, errorCodeOf } from '@gatewright/aws/signed-call';
import type { AwsCredentials } from '@gatewright/aws/sign-request';

export type AwsCallerConfig = {
  readonly region: string;
  readonly credentials: AwsCredentials;
  /** Returns an origin that replaces AWS's own address (`AWS_ENDPOINT_URL`, `AWS_ENDPOINT_URL_SQS`). */
  readonly endpointOf: (service: AwsJsonCall['service']) => string | undefined;
};

const TIMEOUT_MS = 2_000;
const ANSWER_LIMIT_BYTES = 256 * 1024;
const JSON_VERSIONS: Readonly<Record<AwsJsonCall['service'], string>> = {
  events: '1.1',
  secretsmanager: '1.1',
  sqs: '1.0',
  ssm: '1.1',
};

export function createAwsCaller(
  { region, credentials, endpointOf }: AwsCallerConfig,
  ports = PROCESS_PORTS,
): AwsCaller {
  return {
    async call({ service, target, input }) {
      const headers = {
        'Content-Type': `application/x-amz-json-${JSON_VERSIONS[service]}`,
        'X-Amz-Target': target,
      };
      const url = new URL('/', endpointOf(service) ?? regionalAddress(service, region));
      const body = JSON.stringify(input);
      const limits = { timeoutMs: TIMEOUT_MS, maxBytes: ANSWER_LIMIT_BYTES, transport: sendByNode };
      const reply = await callSigned(
        { method: 'POST', url, service, region, credentials, headers, body, ...limits },
        { rule: RETRIES.delivery, ports },
      );
      if (reply.status === 0) throw reply.cause;
      if (reply.status === 200) return parseJsonObject(reply.text) ?? {};
      // AWS's message is omitted, because it may quote the request.
      const name = errorCodeOf(reply) || 'AwsRefusal';
      throw Object.assign(new Error(`AWS answered with status ${reply.status}`), { name });
    },
  };
}
