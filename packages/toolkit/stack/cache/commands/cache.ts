/** `gatewright cache` lists and invalidates entries of the response cache through the admin endpoints. */
import { Command, InvalidArgumentError } from 'commander';
import {
  changeCommand,
  printAnswer,
  printRows,
  readCommand,
  sendChange,
} from '../../commands/admin-commands.ts';
import type { Answer, ChangeFlags, ReadFlags } from '../../commands/admin-commands.ts';
import { callAdminJson } from '../../../terminal/admin-client.ts';
import { printNotes, UsageError } from '../../../../base/terminal/output.ts';

type InvalidateFlags = ChangeFlags & {
  readonly tag?: readonly string[];
  readonly path?: readonly string[];
  readonly part?: readonly string[];
  readonly authorizers?: readonly string[];
  readonly edge?: readonly string[];
  readonly allowFlush: boolean;
  readonly flushAbove?: number;
  readonly dryRun: boolean;
};
type FlushFlags = ChangeFlags & { readonly dryRun: boolean };
type ShowFlags = ReadFlags & { readonly tag?: string; readonly limit: string };

const COLUMNS = ['kind', 'entry', 'refusal', 'until'];
const HEADINGS = ['KNOWN FROM', 'ENTRY', 'NOT SIGNABLE BECAUSE', 'UNTIL'];

export function cacheCommand(): Command {
  return new Command('cache')
    .description(
      'Show and invalidate the responses that responseCache() has cached, and the entries of stage caches that cacheTags() has recorded.',
    )
    .addCommand(invalidateCommand())
    .addCommand(flushCommand())
    .addCommand(showCommand());
}

function invalidateCommand(): Command {
  return changeCommand('invalidate', 'Invalidate cached responses by tag, path or part of the cache key.')
    .argument('<namespace>', 'namespace of the cache, as passed to createDynamoDbCache')
    .option('--tag <tag...>', 'invalidate responses with any of these tags')
    .option('--path <path...>', 'invalidate responses at any of these paths, such as /orders/17')
    .option(
      '--part <part...>',
      'invalidate responses with any of these parts in their cache key, such as query.page=2 or header.accept-language=de',
    )
    .option(
      '--authorizers <stage...>',
      'also flush the authorizer caches of these stages, such as rest/a1b2c3d4e5/prod',
    )
    .option('--edge <path...>', 'also invalidate these paths in CloudFront, such as /orders/*')
    .option(
      '--allow-flush',
      'flush the whole stage cache if a signed request cannot refresh one of its entries (reason authorizer, credential, api-key or method), or gets status 429 or a 5xx status three times',
      false,
    )
    .option(
      '--flush-above <count>',
      'flush the whole stage cache if more than this number of its entries must be invalidated',
      readCount,
    )
    .option('--dry-run', 'print what would be invalidated, and change nothing', false)
    .action(async (namespace: string, flags: InvalidateFlags) => {
      const { tag: tags = [], path: paths = [], part: parts = [], allowFlush, flushAbove, dryRun } = flags;
      const { authorizers = [], edge: edgePaths = [] } = flags;
      if ([tags, paths, parts, authorizers, edgePaths].every(({ length }) => length === 0))
        throw new UsageError(
          'pass --tag, --path, --part, --authorizers or --edge; to invalidate everything, run gatewright cache flush',
        );
      const named = { namespace, tags, paths, parts, authorizers, edgePaths };
      await send({ ...named, allowFlush, flushAbove, dryRun }, flags);
    });
}

function flushCommand(): Command {
  return changeCommand(
    'flush',
    'Invalidate every response of a namespace, and flush the stage caches recorded in it.',
  )
    .argument('<namespace>', 'namespace of the cache, as passed to createDynamoDbCache')
    .option('--dry-run', 'print what would be invalidated, and change nothing', false)
    .action(async (namespace: string, flags: FlushFlags) => {
      await send({ namespace, all: true, allowFlush: true, flushAbove: 0, dryRun: flags.dryRun }, flags);
    });
}

function showCommand(): Command {
  return readCommand(
    'show',
    'List the cached answers, and the entries of stage caches that cacheTags() has recorded.',
  )
    .argument('<namespace>', 'namespace of the cache, as passed to createDynamoDbCache')
    .option('--tag <tag>', 'only entries with this tag')
    .option('--limit <count>', 'maximum number of entries', '100')
    .action(async (namespace: string, { tag, limit, ...flags }: ShowFlags) => {
      const query = { namespace, tag, limit };
      const { entries, hasMore } = await callAdminJson(
        { method: 'GET', path: '/cache/entries', query },
        flags,
      );
      printRows(Array.isArray(entries) ? (entries as readonly Answer[]) : [], COLUMNS, HEADINGS);
      if (hasMore === true)
        printNotes(`There are more entries; to list them, raise --limit, which is ${limit}.`);
    });
}

async function send(body: object, flags: ChangeFlags): Promise<void> {
  const { answer } = await sendChange({ method: 'POST', path: '/cache/invalidations', body }, flags);
  const { report, ...state } = answer;
  const fields = typeof report === 'object' && report !== null ? report : {};
  printAnswer(answer, { ...state, ...fields });
}

function readCount(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number.');
}
