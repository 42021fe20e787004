import type { Command } from 'commander';
import { addJson } from './json-option.ts';
import type { CommandName } from '../../base/terminal/typed-commands.ts';
import type { Loaders } from './run-command-line.ts';

/** The commands, grouped by purpose, in the order in which the help lists them. */
const GROUPS: Readonly<Record<string, Readonly<Partial<Record<CommandName, () => Promise<Command>>>>>> = {
  Run: {
    start: async () => (await import('./start/start.ts')).startCommand(),
    console: async () => (await import('./local/console.ts')).consoleCommand(),
    routes: async () => (await import('./local/routes.ts')).routesCommand(),
    token: async () => (await import('./local/token.ts')).tokenCommand(),
    send: async () => (await import('./local/send.ts')).sendCommand(),
    mcp: async () => (await import('./mcp/mcp.ts')).mcpCommand(),
    invoke: async () => (await import('./local/invoke.ts')).invokeCommand(),
    events: async () => (await import('./local/events.ts')).eventsCommand(),
    logs: async () => (await import('./local/logs.ts')).logsCommand(),
    clock: async () => (await import('./local/clock.ts')).clockCommand(),
    data: async () => (await import('./local/data.ts')).dataCommand(),
    env: async () => (await import('./local/env.ts')).envCommand(),
    certs: async () => (await import('./local/certs.ts')).certsCommand(),
  },
  'Look into requests': {
    requests: async () => (await import('./local/requests.ts')).requestsCommand(),
    explain: async () => (await import('./local/explain.ts')).explainCommand(),
    replay: async () => (await import('./local/replay.ts')).replayCommand(),
    export: async () => (await import('./local/export.ts')).exportCommand(),
    waf: async () => (await import('./local/waf.ts')).wafCommand(),
  },
  Protect: {
    init: async () => (await import('./init/init.ts')).initCommand(),
    access: async () => (await import('../../toolkit/stack/access/commands/access.ts')).accessCommand(),
    keys: async () => (await import('../../toolkit/stack/access/commands/keys.ts')).keysCommand(),
  },
  Sell: {
    customers: async () =>
      (await import('../../toolkit/stack/quota/commands/customers.ts')).customersCommand(),
    plan: async () => (await import('../../toolkit/stack/quota/commands/plan.ts')).planCommand(),
    quota: async () => (await import('../../toolkit/stack/quota/commands/quota.ts')).quotaCommand(),
    usage: async () => (await import('../../toolkit/stack/quota/commands/usage.ts')).usageCommand(),
    portal: async () => (await import('../../toolkit/stack/portal/commands/portal.ts')).portalCommand(),
  },
  'Deploy, attach and operate': {
    check: async () => (await import('./local/check.ts')).checkCommand(),
    package: async () => (await import('../../toolkit/stack/commands/package.ts')).packageCommand(),
    doctor: async () => (await import('../../toolkit/operate/doctor.ts')).doctorCommand(),
    attach: async () => (await import('../../toolkit/operate/attach.ts')).attachCommand(),
    detach: async () => (await import('../../toolkit/operate/detach.ts')).detachCommand(),
    canary: async () => (await import('../../toolkit/operate/canary.ts')).canaryCommand(),
    rollback: async () => (await import('../../toolkit/operate/rollback.ts')).rollbackCommand(),
    failures: async () => (await import('../../toolkit/operate/failures.ts')).failuresCommand(),
    cache: async () => (await import('./local/cache-clear.ts')).allCacheCommands(),
    breakers: async () => (await import('../../toolkit/operate/breakers.ts')).breakersCommand(),
  },
  Shell: {
    completion: async () => (await import('./completion.ts')).completionCommand(COMMANDS),
  },
};

/** Only the called command is loaded, because `start` loads the whole gateway. */
export const COMMANDS: Loaders = new Map(
  Object.entries(GROUPS).flatMap(([group, loaders]) =>
    Object.entries(loaders).map(
      ([name, load]) => [name, async () => addJson(await load()).helpGroup(`${group}:`)] as const,
    ),
  ),
);
