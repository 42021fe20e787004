/** `--sweep`: removes what earlier runs left behind, found by their journals and by the prefix of names. */
import { removeMade } from '../play/control-removal.ts';
import { listRoles, removeRole } from './function-role.ts';
import { Journal, listRuns } from './journal.ts';
import { PREFIX } from './own-names.ts';
import type { SdkService } from '../play/client.ts';
import type { SdkTarget } from '../play/control-target.ts';
import type { Made } from '../play/control-removal.ts';
import { asText } from '../schema/parity-case.ts';
import type { JsonObject } from '../schema/parity-case.ts';
import type { QueryAccess } from './signed-query.ts';

/** Resources that can be found by name, with the call that lists them and the call that creates them. */
const KINDS: readonly {
  readonly service: SdkService;
  readonly list: string;
  readonly input: JsonObject;
  readonly items: string;
  readonly name: string;
  readonly made: string;
  /** The paging member of the response, and of the next call's input. */
  readonly next: readonly [answered: string, asked: string];
}[] = [
  // A usage plan must be deleted before its API keys and APIs.
  ...(['UsagePlan', 'ApiKey', 'RestApi'] as const).map((noun) => ({
    service: 'apigateway' as const,
    list: `Get${noun}s`,
    input: { limit: 500 },
    items: 'items',
    name: 'name',
    made: `Create${noun}`,
    next: ['position', 'position'] as const,
  })),
  {
    service: 'apigatewayv2',
    list: 'GetApis',
    input: { MaxResults: '100' },
    items: 'Items',
    name: 'Name',
    made: 'CreateApi',
    next: ['NextToken', 'NextToken'],
  },
  {
    service: 'lambda',
    list: 'ListFunctions',
    input: {},
    items: 'Functions',
    name: 'FunctionName',
    made: 'CreateFunction',
    next: ['NextMarker', 'Marker'],
  },
];
/**
 * Maximum number of pages. The account's quotas allow fewer pages, so more pages mean that an emulator repeats itself.
 */
const MAX_PAGES = 200;

type Swept = { readonly removed: number; readonly left: readonly string[] };

type Place = {
  /** The target without renaming, so that names include their prefix. */
  readonly target: SdkTarget;
  readonly access: QueryAccess;
  readonly workingFolder: string;
  readonly pace: (call: string) => Promise<void>;
};

export async function sweep({ target, access, workingFolder, pace }: Place): Promise<Swept> {
  const paced: Pick<SdkTarget, 'send'> = {
    async send(service, call) {
      await pace(call.call);
      return target.send(service, call);
    },
  };
  const left: string[] = [];
  let removed = 0;
  for (const runId of listRuns(workingFolder)) {
    const journal = new Journal(workingFolder, runId);
    for (const removal of journal.read().left) {
      const { error } = await paced.send(removal.service, removal);
      if (error === undefined) removed += 1;
      if (error === undefined || /NotFound/.test(error.code)) journal.write({ removed: removal });
    }
  }
  for (const made of await findByName(paced)) {
    const failed = await removeMade(paced, [made]);
    if (failed === undefined) removed += 1;
    else left.push(failed);
  }
  for (const name of await listRoles(access)) {
    const failed = await removeRole(access, name);
    if (failed === undefined) removed += 1;
    else left.push(failed);
  }
  return { removed, left };
}

/** Finds resources by name, and returns them as if the creating calls had returned them. */
async function findByName(target: Pick<SdkTarget, 'send'>): Promise<readonly Made[]> {
  const found: Made[] = [];
  for (const { service, list, input, items, name, made, next } of KINDS) {
    let position: JsonObject = {};
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const reply = await target.send(service, { call: list, input: { ...input, ...position } });
      // If the target does not offer this service, there is nothing to remove.
      if (reply.error !== undefined) break;
      for (const item of (reply.body[items] ?? []) as readonly JsonObject[])
        if (asText(item[name]).startsWith(PREFIX)) found.push({ service, call: made, body: item });
      const token = reply.body[next[0]];
      if (typeof token !== 'string') break;
      position = { [next[1]]: token };
    }
  }
  return found;
}
