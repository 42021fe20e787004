/** `gatewright access revoke | revocations | flush`: tokens that are refused from now on, over the admin endpoints. */
import { Command, InvalidArgumentError } from 'commander';
import { printPathName } from '#shared/http/path-name.ts';
import { addAdminOptions, askAdmin, newOperationId } from './admin-client.ts';
import type { AdminFlags } from './admin-client.ts';
import { table, UsageError } from './output.ts';

type JsonFlags = AdminFlags & { readonly json: boolean };
type ChangeFlags = JsonFlags & { readonly operation?: string };
type RevokeFlags = ChangeFlags & {
  readonly issuer: string;
  readonly sub?: string;
  readonly jti?: string;
  readonly client?: string;
  readonly tokenEnds?: string;
  readonly withdraw: boolean;
};

type Answer = Readonly<Record<string, unknown>>;

export function revocationCommands(): readonly Command[] {
  return [revokeCommand(), listCommand(), flushCommand()];
}

function aCommand(name: string, description: string): Command {
  return addAdminOptions(new Command(name).description(description)).option('--json', 'as JSON', false);
}

function revokeCommand(): Command {
  return aCommand('revoke', 'Refuse tokens from now on, and have kept answers forgotten.')
    .requiredOption('--issuer <id>', 'issuer in the access documents, or its iss')
    .option('--sub <name>', 'all that were issued for this subject until now: log out everywhere')
    .option('--jti <id>', 'this one token')
    .option('--client <id>', 'all that were issued to this client until now')
    .option('--token-ends <time>', 'with --jti: exp of the token, as 2026-11-20T12:00:00Z', readTime)
    .option('--withdraw', 'let them in again', false)
    .option('--operation <id>', 'id of the change; sent again it counts once')
    .action(revoke);
}

async function revoke(flags: RevokeFlags): Promise<void> {
  const { issuer, sub, jti, client, withdraw, tokenEnds: tokenEndsAt } = flags;
  if ([sub, jti, client].filter((value) => value !== undefined).length !== 1)
    throw new UsageError('write one of --sub, --jti and --client');
  if (tokenEndsAt !== undefined && jti === undefined) throw new UsageError('--token-ends goes with --jti');
  const operationId = flags.operation ?? newOperationId();
  const target = { issuer, sub, jti, client };
  const path = '/access/revocations';
  const answer = await askAdmin(
    withdraw
      ? { method: 'DELETE', path, query: target, operationId }
      : { method: 'POST', path, body: { ...target, tokenEndsAt }, operationId },
    flags,
  );
  report(answer, flags, operationId);
}

function listCommand(): Command {
  return aCommand('revocations', "List what is revoked of an issuer's tokens.")
    .requiredOption('--issuer <id>', 'issuer in the access documents, or its iss')
    .action(async (flags: JsonFlags & { readonly issuer: string }) => {
      const all = await listAll(flags);
      const rows = all.map(({ jti, sub, client, state, issuedUntil, by, at }) => {
        const what = jti === undefined ? (sub === undefined ? { client } : { sub }) : { jti };
        return [...Object.entries(what).flat(), state, issuedUntil, at, by].map(textOf);
      });
      const lines = table([['KIND', 'VALUE', 'STATE', 'ISSUED UNTIL', 'AT', 'BY'], ...rows]);
      process.stdout.write(flags.json ? `${JSON.stringify(all)}\n` : `${lines.join('\n')}\n`);
    });
}

async function listAll(flags: AdminFlags & { readonly issuer: string }): Promise<readonly Answer[]> {
  const all: Answer[] = [];
  let after: string | undefined;
  do {
    const query = { issuer: flags.issuer, limit: '100', after };
    const { revocations, next } = await askAdmin(
      { method: 'GET', path: '/access/revocations', query },
      flags,
    );
    all.push(...(Array.isArray(revocations) ? (revocations as readonly Answer[]) : []));
    after = typeof next === 'string' ? next : undefined;
  } while (after !== undefined);
  return all;
}

function flushCommand(): Command {
  return aCommand('flush', "Have API Gateway forget what authorizers answered for a document's APIs.")
    .argument('<document>', 'name of an access document')
    .action(async (document: string, flags: JsonFlags) => {
      const operationId = newOperationId();
      const path = `/access/documents/${printPathName(document)}/flush`;
      report(await askAdmin({ method: 'POST', path, body: {}, operationId }, flags), flags, operationId);
    });
}

/** @throws UsageError where API Gateway did not do its part, with what to do */
function report(answer: Answer, { json }: JsonFlags, operationId: string): void {
  const { outside, ...rest } = answer;
  const steps = Array.isArray(outside) ? (outside as readonly Answer[]) : [];
  const rows = Object.entries(rest).map(([name, value]) => [name, textOf(value)]);
  for (const { step, done } of steps) rows.push([textOf(step), done === true ? 'done' : 'failed']);
  process.stdout.write(json ? `${JSON.stringify(answer)}\n` : `${table(rows).join('\n')}\n`);
  const failed = steps.filter(({ done }) => done !== true);
  if (failed.length === 0) return;
  const list = failed.map(({ step, reason }) => `${textOf(step)}: ${textOf(reason)}`).join('; ');
  throw new UsageError(
    `API Gateway was told and did not do it (${list}); kept answers end by themselves with the authorizers' TTL, ` +
      `or send it again with --operation ${operationId}`,
  );
}

function textOf(value: unknown): string {
  if (value === undefined) return '-';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function readTime(text: string): string {
  const epochMs = Date.parse(text);
  if (Number.isNaN(epochMs)) throw new InvalidArgumentError('Write it as 2026-11-20T12:00:00Z.');
  return new Date(epochMs).toISOString();
}
