/** `gatewright cache clear` removes the packages that the gateway has installed for the functions of all projects. */
import { existsSync, rmSync } from 'node:fs';
import { Command } from 'commander';
import { bytesOf, lentFolder } from '../../../gateway/lambda/lent/lending.ts';
import { cacheCommand } from '../../../toolkit/stack/cache/commands/cache.ts';
import { printNotes, printResult } from '../../../base/terminal/output.ts';

/** The commands of the stack's cache, and `cache clear` for the local machine. */
export function allCacheCommands(): Command {
  const clear = new Command('clear').description(
    'Remove the packages that the gateway installed for functions (boto3, aws-sdk 2); the gateway installs them again when it starts next.',
  );
  return cacheCommand().addCommand(clear.action(clearLent));
}

function clearLent(): void {
  const folder = lentFolder(process.env);
  if (!existsSync(folder)) {
    printNotes(`${folder} contains no installed packages`);
    printResult({ folder, removedBytes: 0 }, () => []);
    return;
  }
  const removedBytes = bytesOf(folder);
  rmSync(folder, { recursive: true });
  printNotes(`removed ${folder} (${Math.ceil(removedBytes / 1024 ** 2)} MB)`);
  printResult({ folder, removedBytes }, () => []);
}
