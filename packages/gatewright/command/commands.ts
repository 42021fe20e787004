import { addJson } from './json-option.ts';
import type { Loaders } from './run-command-line.ts';

/** The commands in the order of the help. */
const LOADERS: Loaders = new Map([
  ['init', async () => (await import('./init/init.ts')).initCommand()],
  ['start', async () => (await import('./start/start.ts')).startCommand()],
  ['console', async () => (await import('./local/console.ts')).consoleCommand()],
  ['logs', async () => (await import('./local/logs.ts')).logsCommand()],
  ['invoke', async () => (await import('./local/invoke.ts')).invokeCommand()],
  ['events', async () => (await import('./local/events.ts')).eventsCommand()],
  ['certs', async () => (await import('./local/certs.ts')).certsCommand()],
  ['data', async () => (await import('./local/data.ts')).dataCommand()],
  ['routes', async () => (await import('./local/routes.ts')).routesCommand()],
  ['requests', async () => (await import('./local/requests.ts')).requestsCommand()],
  ['explain', async () => (await import('./local/explain.ts')).explainCommand()],
  ['replay', async () => (await import('./local/replay.ts')).replayCommand()],
  ['export', async () => (await import('./local/export.ts')).exportCommand()],
  ['waf', async () => (await import('./local/waf.ts')).wafCommand()],
  ['access', async () => (await import('../../toolkit/stack/access/commands/access.ts')).accessCommand()],
  ['keys', async () => (await import('../../toolkit/stack/access/commands/keys.ts')).keysCommand()],
  [
    'customers',
    async () => (await import('../../toolkit/stack/quota/commands/customers.ts')).customersCommand(),
  ],
  ['plan', async () => (await import('../../toolkit/stack/quota/commands/plan.ts')).planCommand()],
  ['quota', async () => (await import('../../toolkit/stack/quota/commands/quota.ts')).quotaCommand()],
  ['cache', async () => (await import('./local/cache-clear.ts')).allCacheCommands()],
  ['usage', async () => (await import('../../toolkit/stack/quota/commands/usage.ts')).usageCommand()],
  ['token', async () => (await import('./local/token.ts')).tokenCommand()],
  ['clock', async () => (await import('./local/clock.ts')).clockCommand()],
  ['send', async () => (await import('./local/send.ts')).sendCommand()],
  ['package', async () => (await import('../../toolkit/stack/commands/package.ts')).packageCommand()],
  ['doctor', async () => (await import('../../toolkit/operate/doctor.ts')).doctorCommand()],
  ['attach', async () => (await import('../../toolkit/operate/attach.ts')).attachCommand()],
  ['detach', async () => (await import('../../toolkit/operate/detach.ts')).detachCommand()],
  ['canary', async () => (await import('../../toolkit/operate/canary.ts')).canaryCommand()],
  ['rollback', async () => (await import('../../toolkit/operate/rollback.ts')).rollbackCommand()],
  ['failures', async () => (await import('../../toolkit/operate/failures.ts')).failuresCommand()],
  ['breakers', async () => (await import('../../toolkit/operate/breakers.ts')).breakersCommand()],
  ['env', async () => (await import('./local/env.ts')).envCommand()],
  ['completion', async () => (await import('./completion.ts')).completionCommand(COMMANDS)],
]);

/** Only the called command is loaded, because `start` loads the whole gateway. */
export const COMMANDS: Loaders = new Map(
  [...LOADERS].map(([name, load]) => [name, async () => addJson(await load())]),
);
