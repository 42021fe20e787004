/**
 * `gatewright explain --api` explains a request to a deployed API from its access-log line, its configuration and its
 * access document.
 */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { asText, isJsonObject } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { readCompiled } from '../../stack/access/commands/access-check.ts';
import { listAt, memberAt, textAt } from '../../terminal/aws-call.ts';
import type { AwsFlags } from '../../terminal/aws-session.ts';
import { confirm } from '../attach/confirm.ts';
import type { ControlPlane } from '../attach/control-plane.ts';
import { findApi } from '../attach/find-api.ts';
import type { LiveApi } from '../attach/live-api.ts';
import { openPlane } from '../attach/open-plane.ts';
import { readLiveApi } from '../attach/read-live-api.ts';
import type { PlaneCall } from '../attach/step.ts';
import { colorize, printLines, printResult, UsageError } from '../../../base/terminal/output.ts';
import { showControls } from '@gatewright/aws/text/visible-text';
import { checkAssumedCaller, readAssumedCaller } from './assumed-caller.ts';
import { explainLine } from './explain-line.ts';
import type { LineStory, Since } from './explain-line.ts';
import { findLine } from './find-line.ts';
import { readCustomerReads } from './customer-reads.ts';
import { findRoute } from './line-circumstances.ts';
import type { LineFacts } from './line-circumstances.ts';
import type { KeyFacts } from './line-meter.ts';
import { readLogLine, recommendedFormat } from './log-line.ts';
import type { LogFields } from './log-line.ts';

export type ExplainApiFlags = AwsFlags & {
  readonly api: string;
  readonly stage: string;
  readonly line?: string;
  readonly logFile?: string;
  readonly since: number;
  readonly folder: string;
  readonly tokenFile?: string;
  readonly claims?: string;
  readonly role: readonly string[];
  readonly logFormat: boolean;
  readonly setLogFormat: boolean;
  readonly logGroup?: string;
  readonly yes: boolean;
};

export async function explainApi(requestId: string | undefined, flags: ExplainApiFlags): Promise<void> {
  checkAssumedCaller(flags);
  const { plane, aws } = await openPlane(flags);
  const live = await readLiveApi(plane, await findApi(plane, flags.api, flags.stage), flags.stage);
  if (flags.logFormat) {
    const recommended = recommendedFormat(live.kind);
    printResult({ format: recommended }, () => recommended);
    return;
  }
  if (flags.setLogFormat) return setLogFormat(plane, live, flags);
  const format = textAt(live.stageShown, 'accessLogSettings', 'format');
  if (format === undefined)
    throw new UsageError(
      `stage ${live.stage} writes no access log; set one with gatewright explain --api … --set-log-format --log-group ARN`,
    );
  const query = { line: flags.line, file: flags.logFile, requestId, sinceMs: flags.since };
  const line = await findLine(
    aws,
    textAt(live.stageShown, 'accessLogSettings', 'destinationArn'),
    query,
    Date.now(),
  );
  const fields = readLogLine(format, line);
  if (fields === undefined)
    throw new UsageError(
      'the log line does not match the current log format of the stage: pass a line that was written with this format',
    );
  const facts = await gatherFacts(plane, live, fields);
  const url = process.env['GATEWRIGHT_ADMIN_URL'];
  const { caller, unread } = await readAssumedCaller(flags, fields, url);
  const story = explainLine(
    facts,
    format,
    await readSince(plane, live),
    documentOf(flags, live),
    caller,
    Math.floor(Date.now() / 1000),
  );
  const reads = await readCustomerReads(facts, url);
  const told = { ...story, sentences: [...story.sentences, ...unread, ...reads] };
  printResult(told, () => printStory(told));
}

export async function gatherFacts(plane: ControlPlane, live: LiveApi, fields: LogFields): Promise<LineFacts> {
  const route = findRoute(live, fields);
  const listed = await plane.list(`${live.address}/stages`);
  const stages = listed.map((one) => String(memberAt(one, 'stageName')));
  const own = route?.shown['methodIntegration'];
  const target = textAt(route?.shown, 'target')?.replace(/^integrations\//, '');
  const integration: UnknownMembers = isJsonObject(own)
    ? own
    : target === undefined
      ? {}
      : ((await plane.read('apigateway', `${live.address}/integrations/${target}`)) ?? {});
  const keyId = fields.get('identity.apiKeyId');
  const key = live.kind === 'rest' && keyId !== undefined ? await readKey(plane, live, keyId) : undefined;
  return { fields, live, stages, integration, key };
}

async function readKey(plane: ControlPlane, live: LiveApi, id: string): Promise<KeyFacts | undefined> {
  const key = await plane.read('apigateway', `/apikeys/${encodeURIComponent(id)}`);
  if (key === undefined) return undefined;
  const plans = await plane.list(`/usageplans?keyId=${encodeURIComponent(id)}&limit=500`);
  const stagesOf = (plan: UnknownMembers) =>
    listAt(plan, 'apiStages').map((one) => `${textAt(one, 'apiId') ?? ''}/${textAt(one, 'stage') ?? ''}`);
  const plan = plans.find((one) => stagesOf(one).includes(`${live.apiId}/${live.stage}`));
  const [quota, throttle] = [plan?.['quota'], plan?.['throttle']];
  return {
    id,
    name: textAt(key, 'name'),
    isEnabled: key['enabled'] !== false,
    opens: plans.flatMap(stagesOf),
    plan: plan && {
      id: String(plan['id']),
      name: textAt(plan, 'name'),
      ...(isJsonObject(quota) && {
        quota: { limit: Number(quota['limit']), period: asText(quota['period']) ?? '' },
      }),
      ...(isJsonObject(throttle) && {
        throttle: { rate: Number(throttle['rateLimit']), burst: Number(throttle['burstLimit']) },
      }),
    },
  };
}

export async function readSince(plane: ControlPlane, { address, stageShown }: LiveApi): Promise<Since> {
  const deploymentId = textAt(stageShown, 'deploymentId') ?? 'none';
  const found = await plane.read('apigateway', `${address}/deployments/${deploymentId}`);
  const made = found?.['createdDate'];
  const deployedAt =
    typeof made === 'number'
      ? new Date(made * 1000).toISOString()
      : typeof made === 'string'
        ? made
        : undefined;
  return { deploymentId, deployedAt };
}

function documentOf({ folder }: ExplainApiFlags, { apiId, stage }: LiveApi) {
  if (!existsSync(folder)) return undefined;
  return readCompiled(resolve(folder)).documents.find(({ apis }) =>
    apis.some((api) => api.apiId === apiId && api.stage === stage),
  );
}

function printStory({ headline, sentences, changes, missing }: LineStory): readonly string[] {
  return [
    colorize('bold', showControls(headline)),
    '',
    ...sentences.map(showControls),
    ...(changes.length === 0
      ? []
      : [
          '',
          colorize('bold', 'To change the outcome'),
          ...changes.map((change) => `  ${showControls(change)}`),
        ]),
    ...(missing.length === 0
      ? []
      : [
          '',
          `The log format lacks ${missing.join(', ')}; to add them, run gatewright explain --api … --set-log-format.`,
        ]),
  ];
}

/** Sets the format of the stage's future log lines. Existing lines stay as they are. */
async function setLogFormat(
  plane: ControlPlane,
  live: LiveApi,
  { logGroup, yes }: ExplainApiFlags,
): Promise<void> {
  const destination = logGroup ?? textAt(live.stageShown, 'accessLogSettings', 'destinationArn');
  if (destination === undefined)
    throw new UsageError(
      'the stage has no log group yet: pass --log-group arn:aws:logs:REGION:ACCOUNT:log-group:NAME',
    );
  const format = recommendedFormat(live.kind);
  const was = textAt(live.stageShown, 'accessLogSettings', 'format');
  printLines(
    `stage ${live.stage} of ${live.name} (${live.apiId}) writes to ${destination}\n- ${was ?? 'nothing'}\n+ ${format}`,
  );
  await confirm('Set this log format?', yes);
  await plane.write(logFormatCall(live, destination.replace(/:\*$/, ''), format));
  printResult({ destination, format }, () => 'the log format was set');
}

export function logFormatCall(
  { kind, address, stage }: LiveApi,
  destinationArn: string,
  format: string,
): PlaneCall {
  const path = `${address}/stages/${encodeURIComponent(stage)}`;
  const replace = (name: string, value: string) => ({
    op: 'replace',
    path: `/accessLogSettings/${name}`,
    value,
  });
  return {
    service: 'apigateway',
    method: 'PATCH',
    path,
    body:
      kind === 'rest'
        ? { patchOperations: [replace('destinationArn', destinationArn), replace('format', format)] }
        : { accessLogSettings: { destinationArn, format } },
  };
}
