import { Command } from 'commander';
import {
  addGatewayOptions,
  callGateway,
  findGateway,
  readMember,
} from '../../../toolkit/terminal/running-gateway.ts';
import { printResult } from '../../../base/terminal/output.ts';

export function envCommand(): Command {
  return addGatewayOptions(
    new Command('env').description(
      'Print the environment variables of the local gateway for AWS SDKs and the AWS CLI: eval "$(gatewright env)".',
    ),
  ).action(printEnv);
}

async function printEnv(): Promise<void> {
  const { accessKeyId, secretAccessKey, controlUrl, controlSecret } = await findGateway();
  const status = await callGateway('GET', 'status');
  const region = String(readMember(status, 'region'));
  const variables: Record<string, string> = {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_REGION: region,
    // boto3 and version 1 of the AWS CLI read only this variable.
    AWS_DEFAULT_REGION: region,
    AWS_ENDPOINT_URL: controlUrl,
    // Scripts that send requests to the control port themselves need the secret.
    GATEWRIGHT_CONTROL_SECRET: controlSecret,
    ...managementEndpoint(status),
  };
  printResult(variables, () => [
    ...Object.entries(variables).map(([name, value]) => `export ${name}='${value}'`),
    // SDKs would send a session token of the developer together with the local key, which would invalidate every
    // signature.
    'unset AWS_SESSION_TOKEN AWS_PROFILE',
  ]);
}

/**
 * Returns the endpoint for the SDK's management client, which needs an API and a stage. It is the address of the only
 * WebSocket stage, if there is exactly one.
 */
function managementEndpoint(status: unknown): Record<string, string> {
  const apis = readMember(status, 'apis');
  const urls = (Array.isArray(apis) ? apis : [])
    .filter((api: unknown) => readMember(api, 'kind') === 'websocket')
    .map((api: unknown) => String(readMember(api, 'url')));
  const [url] = urls;
  return urls.length === 1 && url !== undefined
    ? { AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: url.replace(/^ws/, 'http') }
    : {};
}
