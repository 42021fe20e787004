/** A gateway that serves plans of Terraform, and the parts that most of them have. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGateway } from '../../packages/gateway/engine/index.ts';
import type { Gateway, GatewayOptions, Listening } from '../../packages/gateway/engine/index.ts';
import { refs } from './a-terraform-plan.ts';
import type { Planned } from './a-terraform-plan.ts';
import { QUIET_GATEWAY } from './a-gateway.ts';

export const folder = mkdtempSync(join(tmpdir(), 'gatewright-terraform-'));
// Several test files share a process, and this folder.
process.once('exit', () => rmSync(folder, { recursive: true }));
const gateways = new Set<Gateway>();

export async function closeAll(): Promise<void> {
  await Promise.all([...gateways].map((gateway) => gateway.close()));
  gateways.clear();
}

mkdirSync(join(folder, 'src'));
writeFileSync(
  join(folder, 'src', 'index.js'),
  `exports.handler = async (event) => ({
    statusCode: 200,
    body: JSON.stringify({ path: event.path ?? event.rawPath, env: process.env.QUEUE_URL, own: process.env.OWN,
      caller: event.requestContext.authorizer?.who, name: process.env.AWS_LAMBDA_FUNCTION_NAME }),
  });
  exports.authorize = async ({ authorizationToken: token, methodArn }) => ({
    principalId: token, context: { who: token },
    policyDocument: { Version: '2012-10-17', Statement: [
      { Effect: token === 'ok' ? 'Allow' : 'Deny', Action: 'execute-api:Invoke', Resource: methodArn }] },
  });`,
);

export type Started = {
  readonly gateway: Gateway;
  readonly listening: Listening;
  readonly lines: readonly string[];
};

/** A listening gateway whose source is the file `name` with this text. */
export async function start(
  name: string,
  text: string,
  more: Partial<GatewayOptions> = {},
): Promise<Started> {
  const file = join(folder, name);
  writeFileSync(file, text);
  const lines: string[] = [];
  const gateway = await createGateway({
    ...QUIET_GATEWAY,
    directory: folder,
    adminKey: { accessKeyId: 'LOCALADMIN', secretAccessKey: 'of-this-test' },
    log: { write: (line) => void lines.push(line) },
    ...more,
  });
  gateways.add(gateway);
  await gateway.load([file]);
  return { gateway, listening: await gateway.listen(), lines };
}

/** Sends a request over the network to the first API. */
export async function ask(
  { listening }: Started,
  path: string,
  options: RequestInit = {},
): Promise<{ status: number; body: Record<string, unknown> }> {
  const [api] = listening.apis;
  assert.ok(api !== undefined);
  const answer = await fetch(
    new URL(`${new URL(api.url).pathname.replace(/\/$/, '')}${path}`, api.url),
    options,
  );
  const text = await answer.text();
  return {
    status: answer.status,
    body: text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : { text },
  };
}

export const known = (value: unknown): object => ({ constant_value: value });
export const ARCHIVE: Planned = {
  type: 'archive_file',
  name: 'code',
  isData: true,
  values: { type: 'zip', source_dir: './src', output_path: './code.zip' },
};
export const aFunction = (name: string, more: Partial<Planned> = {}): Planned => ({
  type: 'aws_lambda_function',
  name,
  ...more,
  values: {
    function_name: name,
    handler: 'index.handler',
    runtime: 'nodejs24.x',
    filename: './code.zip',
    timeout: 5,
    ...more.values,
  },
  expressions: {
    function_name: known(name),
    filename: refs('data.archive_file.code.output_path'),
    role: refs('aws_iam_role.role.arn'),
    ...more.expressions,
  },
});
export const ROLE: Planned = {
  type: 'aws_iam_role',
  name: 'role',
  values: { name: 'role', assume_role_policy: '{"Version":"2012-10-17","Statement":[]}' },
};
