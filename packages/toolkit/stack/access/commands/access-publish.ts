/** `gatewright access publish | versions | rollback`: documents of deployed authorizers. */
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { toPublication } from '#shared/access/documents/publication.ts';
import {
  changeCommand,
  printAnswer,
  printRows,
  readCommand,
  sendChange,
} from '../../commands/admin-commands.ts';
import type { Answer, ChangeFlags, ReadFlags } from '../../commands/admin-commands.ts';
import { callAdminJson } from '../../../terminal/admin-client.ts';
import { readDeployedIds } from '@gatewright/authoring/account/deployed-ids';
import { compiledFor } from './access-check.ts';
import { readStageName } from '../../../terminal/options.ts';
import { printNotes, UsageError } from '../../../../base/terminal/output.ts';

type PublishFlags = ChangeFlags & { readonly folder: string; readonly stage: string };

const COLUMNS = ['version', 'at', 'by', 'documents', 'restores', 'checksum'];
const PATH = '/access/versions';

export function publishCommands(folder: string): readonly Command[] {
  return [publishCommand(folder), versionsCommand(), rollbackCommand()];
}

function publishCommand(folder: string): Command {
  return changeCommand(
    'publish',
    'Compile the documents and send them to deployed authorizers, which use them within a minute.',
  )
    .option('--folder <dir>', 'folder of the documents: access, or gatewright/access', folder)
    .option('--stage <name>', 'stage of the stack with the authorizers', readStageName, 'dev')
    .action(async ({ folder: chosen, stage, ...flags }: PublishFlags) => {
      const ids = flags.url === undefined ? new Map<string, string>() : await readDeployedIds(chosen, stage);
      const { checksum, parts } = toPublication(compiledFor(chosen, stage, ids));
      for (const [index, data] of parts.entries())
        await sendChange(
          { method: 'PUT', path: `${PATH}/parts/${index}`, body: { checksum, data } },
          withoutId(flags),
        );
      const { answer } = await sendChange(
        { method: 'POST', path: PATH, body: { checksum, parts: parts.length } },
        flags,
      );
      report(answer);
    });
}

function versionsCommand(): Command {
  return readCommand('versions', 'List published versions, newest first.').action(
    async (flags: ReadFlags) => {
      const { versions } = await callAdminJson({ method: 'GET', path: PATH }, flags);
      printRows(Array.isArray(versions) ? (versions as readonly Answer[]) : [], COLUMNS);
    },
  );
}

function rollbackCommand(): Command {
  return changeCommand('rollback', 'Publish an earlier version again, as a new one.')
    .argument('[version]', 'version number from `versions` (default: the one before the newest)', readVersion)
    .action(async (version: number | undefined, flags: ChangeFlags) => {
      const wanted = version ?? (await findEarlier(flags));
      const path = `${PATH}/${wanted}/restore`;
      report((await sendChange({ method: 'POST', path, body: {} }, flags)).answer);
    });
}

/** @throws UsageError */
async function findEarlier(flags: ChangeFlags): Promise<number> {
  const { versions } = await callAdminJson({ method: 'GET', path: PATH }, flags);
  const [newest, ...others] = Array.isArray(versions) ? (versions as readonly Answer[]) : [];
  const earlier = others.find(({ checksum }) => checksum !== newest?.['checksum'])?.['version'];
  if (typeof earlier === 'number') return earlier;
  throw new UsageError('there is no earlier version; gatewright access versions lists all');
}

function report(answer: Answer): void {
  printAnswer(answer);
  printNotes(
    'Authorizers use it within 60 s. Their answers cached by API Gateway end with their TTL, or by gatewright access flush.',
  );
}

/** Each request of a publication is an operation of its own; sending it again changes nothing. */
function withoutId({ url }: ChangeFlags): ChangeFlags {
  return { url };
}

function readVersion(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('A version is a whole number.');
}
