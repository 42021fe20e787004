import type { Command } from 'commander';

type Loaders = ReadonlyMap<string | undefined, () => Promise<Command>>;

/** In the order of the help. */
const LOADERS: Loaders = new Map<string | undefined, () => Promise<Command>>([
  ['init', async () => (await import('./init.ts')).initCommand()],
  ['start', async () => (await import('./start.ts')).startCommand()],
  ['logs', async () => (await import('./logs.ts')).logsCommand()],
  ['invoke', async () => (await import('./invoke.ts')).invokeCommand()],
  ['events', async () => (await import('./events.ts')).eventsCommand()],
  ['certs', async () => (await import('./certs.ts')).certsCommand()],
  ['data', async () => (await import('./data.ts')).dataCommand()],
  ['routes', async () => (await import('./routes.ts')).routesCommand()],
  ['requests', async () => (await import('./requests.ts')).requestsCommand()],
  ['explain', async () => (await import('./explain.ts')).explainCommand()],
  ['replay', async () => (await import('./replay.ts')).replayCommand()],
  ['export', async () => (await import('./export.ts')).exportCommand()],
  ['waf', async () => (await import('./waf.ts')).wafCommand()],
  ['access', async () => (await import('../../stack/access/commands/access.ts')).accessCommand()],
  ['keys', async () => (await import('../../stack/access/commands/keys.ts')).keysCommand()],
  ['customers', async () => (await import('../../stack/quota/commands/customers.ts')).customersCommand()],
  ['plan', async () => (await import('../../stack/quota/commands/plan.ts')).planCommand()],
  ['quota', async () => (await import('../../stack/quota/commands/quota.ts')).quotaCommand()],
  ['cache', async () => (await import('./cache-clear.ts')).allCacheCommands()],
  ['usage', async () => (await import('../../stack/quota/commands/usage.ts')).usageCommand()],
  ['token', async () => (await import('./token.ts')).tokenCommand()],
  ['clock', async () => (await import('./clock.ts')).clockCommand()],
  ['send', async () => (await import('./send.ts')).sendCommand()],
  ['package', async () => (await import('../../stack/commands/package.ts')).packageCommand()],
  ['doctor', async () => (await import('../../operate/doctor.ts')).doctorCommand()],
  ['attach', async () => (await import('../../operate/attach.ts')).attachCommand()],
  ['detach', async () => (await import('../../operate/detach.ts')).detachCommand()],
  ['canary', async () => (await import('../../operate/canary.ts')).canaryCommand()],
  ['rollback', async () => (await import('../../operate/rollback.ts')).rollbackCommand()],
  ['failures', async () => (await import('../../operate/failures.ts')).failuresCommand()],
  ['breakers', async () => (await import('../../operate/breakers.ts')).breakersCommand()],
  ['env', async () => (await import('./env.ts')).envCommand()],
  ['completion', async () => (await import('./completion.ts')).completionCommand(COMMANDS)],
]);

/** Commands without `--json`, and why. */
export const WITHOUT_JSON: ReadonlyMap<string, string> = new Map([
  ['completion', 'it prints a script for a shell'],
  ['usage export', '--format chooses lines of JSON, the default, or CSV'],
  ['usage invoice', '--format chooses lines of JSON, the default, CSV or PDF'],
  ['usage sql', '--format chooses lines of JSON, the default, or CSV'],
]);

/** Only the called one is loaded: `start` loads the whole gateway. */
export const COMMANDS: Loaders = new Map(
  [...LOADERS].map(([name, load]) => [name, async () => addJson(await load(), [])]),
);

/** To the commands that do something themselves. */
function addJson(command: Command, above: readonly string[]): Command {
  const path = [...above, command.name()];
  for (const below of command.commands) addJson(below, path);
  const isCalled = command.commands.length === 0 && !WITHOUT_JSON.has(path.join(' '));
  return isCalled && !command.options.some(({ long }) => long === '--json')
    ? command.option('--json', 'print one JSON object per line', false)
    : command;
}
