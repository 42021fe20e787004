import { addJson } from './json-option.ts';
import type { Loaders } from './run-command-line.ts';

/** In the order of the help. */
const LOADERS: Loaders = new Map([
  ['init', async () => (await import('./init.ts')).initCommand()],
  ['start', async () => (await import('./start.ts')).startCommand()],
  ['console', async () => (await import('./console.ts')).consoleCommand()],
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

/** Only the called one is loaded: `start` loads the whole gateway. */
export const COMMANDS: Loaders = new Map(
  [...LOADERS].map(([name, load]) => [name, async () => addJson(await load())]),
);
