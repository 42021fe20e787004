/** `gatewright data save|load`: the state of the running gateway as one file, and back. */
import { resolve } from 'node:path';
import { Command } from 'commander';
import { count, remark, say } from '../../terminal/output.ts';
import { addGatewayOptions, askGateway, readMember } from '../../terminal/running-gateway.ts';

/** Tables may be large. */
const DEADLINE_MS = 300_000;

export function dataCommand(): Command {
  return new Command('data')
    .description('Keep the whole state of the running gateway in a file, and put it back.')
    .addCommand(
      fileCommand(
        'save',
        'Write tables, APIs and keys made by calls, usage, issuer keys and clock to a file.',
      ),
    )
    .addCommand(
      fileCommand(
        'load',
        'Put them in the place of what a gateway has that was started anew; load only your own files.',
      ),
    );
}

function fileCommand(name: 'save' | 'load', description: string): Command {
  return addGatewayOptions(new Command(name).description(description))
    .argument('<file>', 'the file')
    .action(async (file: string) => {
      const answer = await askGateway('POST', `data/${name}`, { file: resolve(file) }, DEADLINE_MS);
      const number = (member: string): number => Number(readMember(answer, member));
      const what = [
        count(number('tables'), 'table'),
        count(number('items'), 'item'),
        count(number('calls'), 'call'),
      ];
      say(`${name === 'save' ? 'saved' : 'loaded'} ${what.join(', ')}: ${file}`);
      if (name === 'save') return;
      const left = readMember(answer, 'left');
      for (const sentence of Array.isArray(left) ? left : []) remark(`left out: ${String(sentence)}`);
    });
}
