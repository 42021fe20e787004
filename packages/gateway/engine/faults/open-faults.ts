/**
 * The faults of one run. They are read once, checked against the served stacks, and applied to requests and table
 * calls.
 */
import { isTable } from '../../core/stack/table-types.ts';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { CallFault, CallQuestion } from '@gatewright/dynamodb';
import type { ServedApis } from '../../control/served-apis.ts';
import { DefinitionFaults, ownFault, StartError } from '../../core/errors.ts';
import type { FaultInjector } from '../../core/fault-injection.ts';
import type { FunctionIdentities } from '../../core/policy/function-identities.ts';
import type { Clock, Random } from '../../core/ports.ts';
import type { FunctionRuntime } from '../../lambda/runtime.ts';
import type { GatewayOptions } from '../gateway.ts';
import { bindRules } from './bind-rules.ts';
import type { FaultTargets } from './bind-rules.ts';
import { FaultRules } from './fault-rules.ts';
import { RuleInjector } from './injector.ts';
import { readFaults } from './read-faults.ts';
import { TABLE_FAULTS } from './table-fault.ts';

export type FaultPorts = {
  readonly options: GatewayOptions;
  readonly clock: Clock;
  readonly random: Random;
  readonly served: ServedApis;
  readonly functionIdentities: FunctionIdentities;
  readonly runtime: () => FunctionRuntime;
};

export interface InjectedFaults {
  readonly rules: FaultRules;
  readonly injector: FaultInjector;
  /**
   * Resolves the rules' selectors to the APIs, functions and tables that are served now.
   * @throws DefinitionFaults at startup if a selector is unknown or a rule cannot have an effect; after a reload, such
   * a rule is only reported
   */
  follow(isReload: boolean): void;
  /** Returns the fault that replaces the response to a function's call; undefined if there is none. */
  ofCall(question: CallQuestion): CallFault | undefined;
  /** Ends every delay. */
  close(): void;
}

const MOST_BYTES = 1024 * 1024;
const LOOPBACK = /^(?:127(?:\.\d{1,3}){3}|::1|localhost)$/i;

/**
 * Reads the file of faults.
 * @throws StartError FAULTS if faults cannot be used; DefinitionFaults with the lines of faulty rules
 */
export function openFaults(file: string, at: FaultPorts): InjectedFaults {
  const { options, clock, random, functionIdentities } = at;
  refuseNetwork(options);
  const rules = new FaultRules(readFaults(file, readText(file, options)), clock.nowEpochMs());
  const closing = new AbortController();
  const injector = new RuleInjector(rules, {
    clock,
    random,
    // A delay ends at once when the gateway closes.
    wait: (ms) => wait(ms, undefined, { signal: closing.signal }).catch(() => undefined),
    renew: (functionName) => at.runtime().renew(functionName),
    timeoutOf: (functionName) => timeoutOf(functionName, at.served),
    report: (message) => options.log.write(message),
  });
  return {
    rules,
    injector,
    follow(isReload) {
      const { bound, unbound } = bindRules(rules.file.rules, targetsOf(at));
      const [first, ...others] = unbound.map(({ line, message }) => ownFault({ file, line }, message));
      if (first !== undefined && !isReload) throw new DefinitionFaults(first, others);
      for (const error of first === undefined ? [] : [first, ...others])
        options.log.write(`${error.describe()}; the rule has no effect until the next reload`);
      rules.follow(bound);
    },
    ofCall({ accessKeyId, rights }) {
      const caller = functionIdentities.find(accessKeyId);
      if (caller === undefined) return undefined;
      for (const table of new Set(rights.map(({ resource }) => tableOf(resource)))) {
        const answer = injector.answerTable(caller.name, table);
        if (answer !== undefined) return TABLE_FAULTS[answer];
      }
      return undefined;
    },
    close: () => closing.abort(),
  };
}

/**
 * Refuses faults if the gateway listens on the network and the user has not allowed faults on the network, because
 * other users of the network would also get the faults.
 */
function refuseNetwork({ host, allowFaultsOnNetwork = false }: GatewayOptions): void {
  if (LOOPBACK.test(host) || allowFaultsOnNetwork) return;
  throw new StartError(
    'FAULTS',
    `--faults injects faults for everybody who reaches ${host}; use a loopback --host, or pass --allow-faults-on-network`,
  );
}

function readText(file: string, { directory }: GatewayOptions): string {
  try {
    const bytes = readFileSync(resolve(directory, file));
    if (bytes.length <= MOST_BYTES) return bytes.toString('utf8');
  } catch (error) {
    throw new StartError(
      'FAULTS',
      `--faults: ${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  throw new StartError('FAULTS', `--faults: ${file} has more than ${MOST_BYTES} bytes`);
}

function timeoutOf(functionName: string, { stacks }: ServedApis): number | undefined {
  for (const { functions } of stacks) {
    const definition = functions.find(({ name }) => name === functionName);
    if (definition !== undefined) return definition.timeoutSeconds * 1000;
  }
  return undefined;
}

/** Returns the table of a resource, which is a string such as `orders/index/by-day` or a whole ARN. */
function tableOf(resource: string): string {
  return resource.replace(/^arn:.*:table\//, '').split('/')[0] ?? '';
}

function targetsOf({ served, options }: Pick<FaultPorts, 'served' | 'options'>): FaultTargets {
  const all = [...served.all.map((api) => api.served), ...served.urls.map((url) => url.served)];
  return {
    apis: all
      .filter(({ protocol }) => protocol !== 'websocket')
      .map(({ apiId: id, name, logicalId, stages }) => ({
        id,
        name,
        logicalId,
        routes: [...stages.values()].flatMap(({ deployment, variables }) =>
          deployment.routes.plans.map(({ routeKey, integration }) => ({
            routeKey,
            integration,
            functionName:
              'functionName' in integration ? integration.functionName.render(variables) : undefined,
          })),
        ),
      })),
    functions: served.stacks.flatMap(({ functions }) => functions),
    tables: options.dynamodb.kind === 'embedded' ? tablesOf(served) : undefined,
  };
}

function tablesOf({ stacks }: ServedApis): NonNullable<FaultTargets['tables']> {
  return stacks.flatMap(({ resources }) =>
    [...resources]
      .filter(([, resource]) => isTable(resource))
      .map(([logicalId, { physicalId: name }]) => ({ name, logicalId })),
  );
}
