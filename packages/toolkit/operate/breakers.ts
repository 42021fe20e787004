/** `gatewright breakers` manages circuit breakers that instances share in a table. */
import { Command } from 'commander';
import { addAwsOptions } from '../terminal/aws-session.ts';
import type { AwsFlags } from '../terminal/aws-session.ts';
import { count, printResult, table } from '../../base/terminal/output.ts';
import { listBreakers, readBreaker, resetBreaker } from './breakers/breaker-table.ts';
import type { BreakerPlace, ListedBreaker } from './breakers/breaker-table.ts';
import { openAws } from './open-aws.ts';

type Flags = AwsFlags & { readonly table: string; readonly namespace: string };

export function breakersCommand(): Command {
  return new Command('breakers')
    .description('Show or reset the circuit breakers that functions share through a DynamoDB table.')
    .addCommand(listCommand())
    .addCommand(showCommand())
    .addCommand(resetCommand());
}

function ofTable(name: string, description: string): Command {
  return addAwsOptions(new Command(name).description(description))
    .requiredOption('--table <name>', 'DynamoDB table of the breakers, as passed to createDynamoDbBreakers')
    .requiredOption('--namespace <name>', 'namespace of the breakers, as passed to createDynamoDbBreakers');
}

function listCommand(): Command {
  return ofTable('list', 'List the breakers of a namespace that have opened at least once.').action(
    async (flags: Flags) => {
      const breakers = await listBreakers(await openAws(flags), placeOf(flags));
      const notClosed = breakers.filter(({ state }) => state !== 'closed').length;
      printResult(breakers, () => [
        ...(breakers.length === 0 ? [] : table([HEADINGS, ...breakers.map(rowOf)])),
        `${count(breakers.length, 'breaker')} in namespace ${flags.namespace}, ${notClosed} not closed`,
      ]);
    },
  );
}

function showCommand(): Command {
  return ofTable('show', 'Show one breaker.')
    .argument('<name>', 'name of the breaker, as passed to createPolicy')
    .action(async (name: string, flags: Flags) => {
      print(await readBreaker(await openAws(flags), placeOf(flags), name));
    });
}

function resetCommand(): Command {
  return ofTable(
    'reset',
    'Close one breaker; each function instance closes it at its next read of the table, within a second.',
  )
    .argument('<name>', 'name of the breaker, as passed to createPolicy')
    .action(async (name: string, flags: Flags) => {
      print(await resetBreaker(await openAws(flags), placeOf(flags), name));
    });
}

const HEADINGS = ['name', 'state', 'why', 'changed', 'open until', 'probes'];

function rowOf({ name, state, why, changedAt, openUntil, probes }: ListedBreaker): string[] {
  const probed = probes === undefined ? '-' : `${probes.succeeded} of ${probes.admitted} succeeded`;
  return [name, state, why, changedAt ?? '-', openUntil ?? '-', probed];
}

function print(breaker: ListedBreaker): void {
  printResult(breaker, () => table([HEADINGS, rowOf(breaker)]));
}

function placeOf({ table: tableName, namespace }: Flags): BreakerPlace {
  return { tableName, namespace };
}
