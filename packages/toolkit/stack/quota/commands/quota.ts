/** `gatewright quota` shows and changes one limit, lists the changes of a day, and deletes a customer's data. */
import { Command } from 'commander';
import { printPathName } from '#shared/http/path-name.ts';
import { callAdminJson } from '../../../terminal/admin-client.ts';
import { changeCommand, printAnswer, printRows, readCommand } from '../../commands/admin-commands.ts';
import type { Answer, ChangeFlags, ReadFlags } from '../../commands/admin-commands.ts';
import { readKeyId } from '../../access/commands/key-id.ts';
import { forgetCommand } from './quota-forget.ts';
import { change, ownerPath, readInstant, readUnits } from './quota-calls.ts';
import { readAudit } from './read-customers.ts';
import { noteForeignKey, noteUnknownTenant } from './unknown-names.ts';

type LimitFlags = {
  readonly key?: string;
  readonly route?: string;
  readonly plan?: string;
  readonly period?: string;
};

type Verb = 'top-up' | 'reset' | 'suspend' | 'resume' | 'close';

export function quotaCommand(): Command {
  return new Command('quota')
    .description('Show or change one limit of a tenant or a key.')
    .addCommand(
      withPeriod(
        ofLimit(readCommand('show', 'Show the allowance and the usage of a limit in a period.')),
      ).action(show),
    )
    .addCommand(
      withPeriod(ofLimit(changeCommand('top-up', 'Add units to a limit for one period.')))
        .argument('<units>', 'units to add', readUnits)
        .action(topUp),
    )
    .addCommand(
      withPeriod(ofLimit(changeCommand('set-limit', 'Set a different limit for one period.')))
        .argument('<units>', 'units allowed in that period', readUnits)
        .action(setLimit),
    )
    .addCommand(
      withPeriod(
        ofLimit(changeCommand('reset', 'Return all units that were charged to a limit in a period.')),
      ).action((tenant: string, limit: string, flags: ChangeFlags & LimitFlags) =>
        act('reset', tenant, limit, flags),
      ),
    )
    .addCommand(
      ofLimit(
        changeCommand('suspend', 'Refuse all requests that are charged to a limit until you resume it.'),
      ).action((tenant: string, limit: string, flags: ChangeFlags & LimitFlags) =>
        act('suspend', tenant, limit, flags),
      ),
    )
    .addCommand(
      ofLimit(changeCommand('resume', 'End a suspension.')).action(
        (tenant: string, limit: string, flags: ChangeFlags & LimitFlags) =>
          act('resume', tenant, limit, flags),
      ),
    )
    .addCommand(
      ofLimit(changeCommand('close', 'Close a period that has ended, and record its usage.'))
        .requiredOption('--period <instant>', 'any instant in the period', readInstant)
        .action((tenant: string, limit: string, flags: ChangeFlags & LimitFlags) =>
          act('close', tenant, limit, flags),
        ),
    )
    .addCommand(
      readCommand('audit', 'List the changes made on a day, newest first.')
        .option('--day <instant>', 'any instant in the UTC day (default: today)', readInstant)
        .action(audit),
    )
    .addCommand(forgetCommand('forget'));
}

/** docs/guides/sell/quota.md explains the times in these texts, under "When a change is in force". */
const ADMITTED = 'Callers whose requests are currently refused get the new decision within 2 s.';
const IN_FORCE: Readonly<Record<Verb, string | undefined>> = {
  'top-up': ADMITTED,
  reset: ADMITTED,
  resume: ADMITTED,
  suspend:
    'Within 30 s (60 s if the customer has no record), every process refuses the requests that are charged to the limit.',
  close: undefined,
};

function ofLimit(command: Command): Command {
  return command
    .argument('<tenant>', 'name of the customer')
    .argument('<limit>', 'id of the limit in the plan')
    .option(
      '--key <id>',
      'id of a key of the customer, for a limit per key (default: the limit of the whole customer)',
      readKeyId,
    )
    .option('--route <route>', 'route, for a limit per route, such as "GET /orders/{id}"')
    .option('--plan <id>', 'id of the plan to use if no plan is assigned and nothing was charged yet');
}

function withPeriod(command: Command): Command {
  return command.option('--period <instant>', 'any instant in the period (default: now)', readInstant);
}

function pathOf(tenant: string, limit: string, { key }: LimitFlags): string {
  return `${ownerPath(tenant, key)}/limits/${printPathName(limit)}`;
}

async function show(tenant: string, limit: string, flags: ReadFlags & LimitFlags): Promise<void> {
  const { route, plan, period } = flags;
  const path = pathOf(tenant, limit, flags);
  printAnswer(await callAdminJson({ method: 'GET', path, query: { route, plan, period } }, flags));
  await noteUnknownOwner(tenant, flags);
}

/** Checks the names only if --plan is given. Without --plan, the endpoint itself refuses an unknown tenant or key. */
async function noteUnknownOwner(
  tenant: string,
  { key, plan, ...flags }: ReadFlags & LimitFlags,
): Promise<void> {
  if (plan === undefined) return;
  await (key === undefined ? noteUnknownTenant(tenant, flags) : noteForeignKey(tenant, key, flags));
}

async function topUp(
  tenant: string,
  limit: string,
  units: number,
  flags: ChangeFlags & LimitFlags,
): Promise<void> {
  await act('top-up', tenant, limit, flags, { units });
}

async function setLimit(
  tenant: string,
  limit: string,
  units: number,
  flags: ChangeFlags & LimitFlags,
): Promise<void> {
  const { route, plan, period } = flags;
  const path = pathOf(tenant, limit, flags);
  await change(
    { method: 'PUT', path, query: { route, plan, period }, body: { limit: units } },
    flags,
    ADMITTED,
  );
  await noteUnknownOwner(tenant, flags);
}

async function act(
  verb: Verb,
  tenant: string,
  limit: string,
  flags: ChangeFlags & LimitFlags,
  body: object = {},
): Promise<void> {
  const { route, plan, period } = flags;
  const path = `${pathOf(tenant, limit, flags)}/${verb}`;
  await change({ method: 'POST', path, query: { route, plan, period }, body }, flags, IN_FORCE[verb]);
  await noteUnknownOwner(tenant, flags);
}

async function audit(flags: ReadFlags & { readonly day?: string }): Promise<void> {
  const entries: Answer[] = [];
  for await (const page of readAudit(flags.day, flags)) entries.push(...page);
  printRows(entries, ['at', 'by', 'kind', 'target', 'input', 'operationId']);
}
