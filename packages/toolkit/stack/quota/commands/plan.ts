/** `gatewright plan` manages customer plans, and the plan of each key. */
import { Command } from 'commander';
import { parse as parseYaml } from 'yaml';
import { findYamlError, locateField, printProblem } from '@gatewright/authoring/document/read-document';
import { printPathName } from '#shared/http/path-name.ts';
import { callWithNames } from '../../commands/existing-names.ts';
import { AdminError, callAdminJson } from '../../../terminal/admin-client.ts';
import {
  changeCommand,
  printRows,
  printValue,
  readCommand,
  readPages,
  sortRows,
} from '../../commands/admin-commands.ts';
import type { Answer, ChangeFlags, ReadFlags } from '../../commands/admin-commands.ts';
import { printNotes, printResult, UsageError } from '../../../../base/terminal/output.ts';
import { readGivenFile } from '../../../terminal/read-given-file.ts';
import { readKeyId } from '../../access/commands/key-id.ts';
import { change, ownerPath } from './quota-calls.ts';
import { noteForeignKey, noteUnknownTenant } from './unknown-names.ts';

export function planCommand(): Command {
  return new Command('plan')
    .description('Manage customer plans, and assign them to keys.')
    .addCommand(readCommand('list', 'List the plans.').action(listPlans))
    .addCommand(
      readCommand('get', 'Print a plan as JSON.').argument('<plan>', 'id of the plan').action(getPlan),
    )
    .addCommand(
      changeCommand('save', 'Save a new plan, or the next version of an existing plan.')
        .argument(
          '<file>',
          'JSON or YAML file with the plan; if it has no version, the next version number is used',
        )
        .action(savePlan),
    )
    .addCommand(
      readCommand('keys', 'List the keys of a customer that have a plan of their own.')
        .argument('<tenant>', 'name of the customer')
        .action(listKeys),
    )
    .addCommand(
      changeCommand('assign', 'Assign a plan to a key.')
        .argument('<tenant>', 'name of the customer')
        .argument('<key>', 'id of the key', readKeyId)
        .argument('<plan>', 'id of the plan')
        .action(assign),
    )
    .addCommand(
      changeCommand('unassign', 'End the assignment of a plan to a key.')
        .argument('<tenant>', 'name of the customer')
        .argument('<key>', 'id of the key', readKeyId)
        .action(unassign),
    );
}

/**
 * docs/guides/sell/quota.md explains the times in these texts, under "When a change is in force" and "When changes take
 * effect".
 */
const SAVED =
  'The saved plan is in force within 30 s for its customers with a record, and within 60 s for its other customers. A changed quota applies from the next period on.';
const ASSIGNED = 'In force within 60 s.';

async function listPlans(flags: ReadFlags): Promise<void> {
  const plans = sortRows(await readPages({ path: '/quota/plans', member: 'plans', query: {} }, flags), 'id');
  const columns = ['id', 'version', 'limits'];
  const shown = plans.map((plan) => ({ ...plan, limits: describeLimits(plan) }));
  printRows(plans, columns, columns, shown);
  if (plans.length === 0)
    printNotes(
      'No plan is saved yet. You can already assign plans from access documents to customers; these plans are saved when they are first used.',
    );
}

async function getPlan(plan: string, flags: ReadFlags): Promise<void> {
  const answer = await callWithNames({ method: 'GET', path: `/quota/plans/${printPathName(plan)}` }, flags);
  printResult(answer, () => JSON.stringify(answer, undefined, 2));
}

async function savePlan(file: string, flags: ChangeFlags): Promise<void> {
  const { plan, text } = readPlanFile(file);
  const path = `/quota/plans/${printPathName(plan.id)}`;
  const body = 'version' in plan ? plan : { ...plan, version: await nextVersion(path, flags) };
  await change({ method: 'PUT', path, body }, flags, SAVED).catch((error: unknown) => {
    throw error instanceof AdminError ? placed(error, text, file) : error;
  });
}

/** Returns the number of the plan's next version: the newest version plus 1, or 1 if the plan has no version yet. */
async function nextVersion(path: string, flags: ReadFlags): Promise<number> {
  const newest = await callAdminJson({ method: 'GET', path }, flags).catch((error: unknown): Answer => {
    if (error instanceof AdminError && error.problem.code === 'PLAN_UNKNOWN') return { version: 0 };
    throw error;
  });
  return Number(newest['version']) + 1;
}

/** Turns the endpoint's error about a field into an error that gives the field's position in the user's file. */
function placed(error: AdminError, text: string, file: string): UsageError {
  const { code, field } = error.problem;
  const problem =
    code !== 'PLAN_INVALID' || field === undefined
      ? undefined
      : locateField(text, file, field, error.message);
  return problem === undefined ? error : new UsageError(printProblem(problem), { cause: error });
}

async function listKeys(tenant: string, flags: ReadFlags): Promise<void> {
  const path = `${ownerPath(tenant)}/keys`;
  const keys = sortRows(await readPages({ path, member: 'keys', query: {} }, flags), 'key');
  printRows(keys, ['key', 'plan', 'version']);
  if (keys.length === 0) await noteUnknownTenant(tenant, flags);
}

/**
 * The request contains the version of the current assignment, so it is refused (409) if the assignment has changed
 * since it was read.
 */
async function assign(tenant: string, key: string, plan: string, flags: ChangeFlags): Promise<void> {
  const path = `${ownerPath(tenant, key)}/plan`;
  const { version } = await callAdminJson({ method: 'GET', path }, flags).catch((error: unknown): Answer => {
    if (error instanceof AdminError && error.problem.code === 'KEY_UNKNOWN') return { version: 0 };
    throw error;
  });
  const put = (next: number): Promise<void> =>
    change({ method: 'PUT', path, body: { plan, version: next } }, flags, ASSIGNED);
  await put(Number(version) + 1).catch((error: unknown) => {
    // A key without a plan may have had a plan before, so its next version number is not always 1. Only the endpoint's
    // refusal says which number is next.
    const next = error instanceof AdminError ? error.problem.nextVersion : undefined;
    if (version !== 0 || next === undefined) throw error;
    return put(next);
  });
  await noteForeignKey(tenant, key, flags);
}

async function unassign(tenant: string, key: string, flags: ChangeFlags): Promise<void> {
  await change({ method: 'DELETE', path: `${ownerPath(tenant, key)}/plan` }, flags, ASSIGNED);
}

type PlanFile = { readonly plan: { readonly id: string }; readonly text: string };

/**
 * Reads a plan from a user's file.
 * @throws UsageError if the file cannot be read as a plan
 */
export function readPlanFile(file: string): PlanFile {
  const text = readGivenFile(file);
  const mistake = findYamlError(text, file);
  if (mistake !== undefined) throw new UsageError(printProblem(mistake));
  const plan: unknown = parseYaml(text);
  if (typeof plan === 'object' && plan !== null && 'id' in plan && typeof plan.id === 'string')
    return { plan: { ...plan, id: plan.id }, text };
  throw new UsageError(
    `${file} does not contain a plan, because it has no id: add the id of the plan, such as id: gold`,
  );
}

/** Returns a string such as `daily 100/DAY, burst 10/s, jobs 3 at once`. */
function describeLimits({ limits }: Answer): string {
  const all: readonly unknown[] = Array.isArray(limits) ? limits : [];
  return (all as readonly Answer[])
    .map((limit) => `${String(limit['id'])} ${describeSize(limit)}`)
    .join(', ');
}

function describeSize({ quota, rate, concurrency, period, perSeconds }: Answer): string {
  if (concurrency !== undefined) return `${printValue(concurrency)} at once`;
  if (quota === undefined)
    return `${printValue(rate)}/${perSeconds === undefined ? 's' : `${printValue(perSeconds)} s`}`;
  const per = typeof period === 'string' ? period : JSON.stringify(period ?? '').replaceAll('"', '');
  return `${printValue(quota)}/${per}`;
}
