/** `gatewright access revoke | revocations | flush` manages revoked tokens through the admin endpoints. */
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { printPathName } from '#shared/http/path-name.ts';
import {
  changeCommand,
  outsideSteps,
  printAnswer,
  printRows,
  printValue,
  readCommand,
  readPages,
  requireOutside,
  sendChange,
  without,
} from '../../commands/admin-commands.ts';
import type { Answer, ChangeFlags, ReadFlags, SentChange } from '../../commands/admin-commands.ts';
import { UsageError } from '../../../../base/terminal/output.ts';

type RevokeFlags = ChangeFlags & {
  readonly issuer: string;
  readonly sub?: string;
  readonly jti?: string;
  readonly client?: string;
  readonly tokenEnds?: string;
  readonly withdraw: boolean;
};

const COLUMNS = ['kind', 'name', 'state', 'issuedUntil', 'at', 'by'];
const HEADINGS = ['KIND', 'VALUE', 'STATE', 'ISSUED UNTIL', 'AT', 'BY'];

export function revocationCommands(): readonly Command[] {
  return [revokeCommand(), listCommand(), flushCommand()];
}

function revokeCommand(): Command {
  return changeCommand('revoke', 'Revoke tokens, and flush the cached results of authorizers.')
    .requiredOption('--issuer <id>', 'id of the issuer in the access documents, or its iss')
    .option('--sub <name>', 'revoke all tokens issued to this subject until now (log out everywhere)')
    .option('--jti <id>', 'revoke only the token with this jti')
    .option('--client <id>', 'revoke all tokens issued to this client until now')
    .option(
      '--token-ends <time>',
      'with --jti: expiry time of the token (its exp), such as 2026-11-20T12:00:00Z',
      readTime,
    )
    .option('--withdraw', 'withdraw the revocation: accept the tokens again', false)
    .action(revoke);
}

async function revoke(flags: RevokeFlags): Promise<void> {
  const { issuer, sub, jti, client, withdraw, tokenEnds: tokenEndsAt } = flags;
  if ([sub, jti, client].filter((value) => value !== undefined).length !== 1)
    throw new UsageError('pass exactly one of --sub, --jti and --client');
  if (tokenEndsAt !== undefined && jti === undefined)
    throw new UsageError('--token-ends applies to one token; also pass the id of this token with --jti');
  const target = { issuer, sub, jti, client };
  const path = '/access/revocations';
  const request = withdraw
    ? ({ method: 'DELETE', path, query: target } as const)
    : ({ method: 'POST', path, body: { ...target, tokenEndsAt } } as const);
  report(await sendChange(request, flags));
}

function listCommand(): Command {
  return readCommand('revocations', 'List the revocations of an issuer.')
    .requiredOption('--issuer <id>', 'id of the issuer in the access documents, or its iss')
    .action(async ({ issuer, ...flags }: ReadFlags & { readonly issuer: string }) => {
      const listing = { path: '/access/revocations', member: 'revocations', query: { issuer, limit: '100' } };
      const all = await readPages(listing, flags);
      printRows(all, COLUMNS, HEADINGS, all.map(withKind));
    });
}

/** Turns `{ sub: 'alice', … }` into `{ kind: 'sub', name: 'alice', … }`. */
function withKind(revocation: Answer): Answer {
  const kind = ['jti', 'sub', 'client'].find((one) => revocation[one] !== undefined) ?? '';
  return { ...revocation, kind, name: revocation[kind] };
}

function flushCommand(): Command {
  return changeCommand('flush', 'Flush the cached authorizer results of the APIs of a document.')
    .argument('<document>', 'name of the access document')
    .action(async (document: string, flags: ChangeFlags) => {
      const path = `/access/documents/${printPathName(document)}/flush`;
      report(await sendChange({ method: 'POST', path, body: {} }, flags));
    });
}

/**
 * Prints a change and its steps in API Gateway.
 * @throws UsageError if one of these steps failed. The message tells the user what to do.
 */
function report(sent: SentChange): void {
  const { answer } = sent;
  const steps = outsideSteps(answer).map(
    ({ step, done }) => [printValue(step), done === true ? 'done' : 'failed'] as const,
  );
  const lines = { ...without(answer, 'outside'), ...Object.fromEntries(steps) };
  printAnswer(answer, lines);
  requireOutside(sent);
}

function readTime(text: string): string {
  const epochMs = Date.parse(text);
  if (Number.isNaN(epochMs)) throw new InvalidArgumentError('Write it as 2026-11-20T12:00:00Z.');
  return new Date(epochMs).toISOString();
}
