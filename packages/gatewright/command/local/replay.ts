import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { readDuration } from '@gatewright/aws/text/duration';
import { printResult, UsageError } from '../../../base/terminal/output.ts';
import { diffDetails, rowsToLines, printStory } from './recorded.ts';
import { addGatewayOptions, callGateway, readMember } from '../../../toolkit/terminal/running-gateway.ts';
import type { RequestDetail } from '../../../gateway/engine/index.ts';

/** The time limit for a replay, in milliseconds. It leaves enough time for an authorizer and a function of 29 s each. */
const REPLAY_WITHIN_MS = 65_000;

type ReplayFlags = {
  readonly as?: string;
  readonly at?: string;
  readonly edit: boolean;
  readonly diff: boolean;
};

export function replayCommand(): Command {
  return addGatewayOptions(new Command('replay'))
    .description('Send a recorded request again.')
    .argument('[request]', 'request id, its first eight characters, or last', 'last')
    .option(
      '--as <identity>',
      'caller to send the request as: anonymous; NAME; NAME:ROLE,ROLE, such as alice:admin,courier; key:ID; or iam:NAME',
    )
    .option('--at <shift>', 'move the clock for this request: +1d, -2h')
    .option('--edit', 'edit the request in $EDITOR first', false)
    .option('--diff', 'print the differences from the earlier reply', false)
    .action(replay);
}

async function replay(id: string, flags: ReplayFlags): Promise<void> {
  // Only requests can be sent again, so a newer event is passed over.
  const path = `requests/${encodeURIComponent(id === 'last' ? 'last-request' : id)}`;
  const shiftMs = flags.at === undefined ? undefined : readDuration(flags.at);
  if (flags.at !== undefined && shiftMs === undefined)
    throw new UsageError(`--at: "${flags.at}" is not a time shift; write +1d or -30m`);
  const before = (await callGateway('GET', path)) as RequestDetail;
  const options = {
    as: flags.as,
    shiftMs,
    ...(flags.edit && { edit: editByHand(before) }),
  };
  const again = `requests/${encodeURIComponent(before.id)}/replay`;
  const answer = await callGateway('POST', again, options, REPLAY_WITHIN_MS);
  const after = readMember(answer, 'request') as RequestDetail;
  printResult(after, () =>
    flags.diff ? diffDetails(before, after) : [...rowsToLines([after]), '', ...printStory(after, false)],
  );
}

/**
 * Lets the user edit a request in an editor. Secrets are shown as fingerprints. If the user does not change a
 * fingerprint, the gateway restores the secret.
 */
function editByHand({ method, target, request }: RequestDetail): unknown {
  const editor = process.env['VISUAL'] ?? process.env['EDITOR'];
  if (editor === undefined || editor === '')
    throw new UsageError('--edit needs an editor: set the variable EDITOR');
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-replay-'));
  const file = join(folder, 'request.json');
  try {
    const text = { method, target, headers: request.headers, body: request.body?.text ?? '' };
    writeFileSync(file, `${JSON.stringify(text, null, 2)}\n`, { mode: 0o600 });
    // An editor may be a command with arguments: `code --wait`.
    const [program = '', ...args] = editor.split(' ');
    const { status } = spawnSync(program, [...args, file], { stdio: 'inherit' });
    if (status !== 0)
      throw new UsageError(
        `${program} ended with ${status === null ? 'a signal' : `exit code ${status}`}; the request was not sent`,
      );
    return JSON.parse(readFileSync(file, 'utf8')) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) throw new UsageError(`the edited text is not JSON: ${error.message}`);
    throw error;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
