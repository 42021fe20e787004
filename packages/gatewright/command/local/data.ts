import { resolve } from 'node:path';
import { Command } from 'commander';
import { membersOf } from '@gatewright/aws/json-object';
import { count, printNotes, printResult } from '../../../base/terminal/output.ts';
import { addGatewayOptions, callGateway, readMember } from '../../../toolkit/terminal/running-gateway.ts';

/** The time limit for a call to the gateway, in milliseconds. It is long because tables may be large. */
const DEADLINE_MS = 300_000;

export function dataCommand(): Command {
  return new Command('data')
    .description('Save or load the state of the running gateway.')
    .addCommand(
      fileCommand(
        'save',
        'Save the tables, the APIs and API keys that calls created, the usage, the issuer keys and the clock.',
      ),
    )
    .addCommand(
      fileCommand(
        'load',
        'Replace the state of a freshly started gateway with a saved state; load only files that you saved yourself.',
      ),
    );
}

function fileCommand(name: 'save' | 'load', description: string): Command {
  return addGatewayOptions(new Command(name).description(description))
    .argument('<file>', 'path of the file')
    .action(async (file: string) => {
      const answer = await callGateway('POST', `data/${name}`, { file: resolve(file) }, DEADLINE_MS);
      const number = (member: string): number => Number(readMember(answer, member));
      const what = [
        count(number('tables'), 'table'),
        count(number('items'), 'item'),
        count(number('calls'), 'call'),
      ];
      printResult(
        { ...membersOf(answer), file },
        () => `${name === 'save' ? 'saved' : 'loaded'} ${what.join(', ')}: ${file}`,
      );
      if (name === 'save') return;
      const left = readMember(answer, 'left');
      for (const sentence of Array.isArray(left) ? left : []) printNotes(`skipped: ${String(sentence)}`);
    });
}
