/**
 * API keys in AWS's REST API.
 * @see API Gateway API reference, "CreateApiKey" and related calls
 */
import { badRequest, ControlError } from '../../control-error.ts';
import { readKeyFile } from './read-key-file.ts';
import { API_KEY } from '../../resource-types/constraints.ts';
import type { Constraint } from '../../resource-types/constraints.ts';
import { listingRefusal, plainRefusal, readPatch } from '../../edits/patch.ts';
import type { PatchRefusal } from '../../edits/patch.ts';
import { jsonReply } from '../../../core/api-call.ts';
import { REST_TYPES } from '../../resource-types/rest-types.ts';
import { ownRule, showOwn } from './field-table.ts';
import { emptyReply, listReply } from './wire-router.ts';
import { epochSeconds, optionalFlag, optionalText, textMap } from './wire-shape.ts';
import type { Account } from '../../account.ts';
import type { ApiKey } from '../../metering/api-keys.ts';
import type { Random } from '../../../core/ports.ts';
import type { ControlReply } from '../../../core/api-call.ts';
import type { WireCall, WireRoute } from './wire-router.ts';
import { GENERATED_VALUE_LENGTH } from '../../metering/read-metering.ts';

const ID_LENGTH = 10;
const { fields: FIELDS } = REST_TYPES['AWS::ApiGateway::ApiKey'];

export function keyRoutes(account: Account, random: Random): readonly WireRoute[] {
  return [
    {
      method: 'POST',
      path: '/apikeys',
      serve({ body }) {
        const key = createKey(body, account, random);
        account.keys.put(key);
        return jsonReply(201, showListed(key, true));
      },
    },
    importRoute(account, random),
    {
      method: 'GET',
      path: '/apikeys',
      serve({ query }) {
        const name = query.get('name');
        const customerId = query.get('customerId');
        const isWanted = (key: ApiKey): boolean =>
          (name === null || key.name?.startsWith(name) === true) &&
          (customerId === null || key.customerId === customerId);
        const keys = account.keys.all.filter(isWanted);
        return listReply(
          keys.map((key) => showListed(key, query.get('includeValues') === 'true')),
          query,
        );
      },
    },
    {
      method: 'GET',
      path: '/apikeys/{apiKey}',
      serve: ({ path, query }) =>
        jsonReply(200, showKey(account.keys.get(path('apiKey')), query.get('includeValue') === 'true')),
    },
    {
      method: 'PATCH',
      path: '/apikeys/{apiKey}',
      serve({ path, body }) {
        const patch = readPatch(body, 'updateApiKeyInput', KEY_RULES, KEY_REFUSAL);
        const patched = patch(account.keys.get(path('apiKey')));
        const key = { ...patched, updatedAtEpochMs: account.clock.nowEpochMs() };
        account.keys.put(key);
        return jsonReply(200, showKey(key, false));
      },
    },
    {
      method: 'DELETE',
      path: '/apikeys/{apiKey}',
      serve({ path }) {
        const { id } = account.keys.get(path('apiKey'));
        account.keys.delete(id);
        account.plans.leaveAll(id);
        return emptyReply(202);
      },
    },
  ];
}

function importRoute(account: Account, random: Random): WireRoute {
  return {
    method: 'POST',
    path: '/apikeys',
    mode: 'import',
    takesDocument: true,
    serve: (call) => importKeys(call, account, random),
  };
}

/** Imports keys. An invalid row causes a warning. With `failonwarnings`, nothing is imported if there is a warning. */
function importKeys({ query, document }: WireCall, account: Account, random: Random): ControlReply {
  if (query.get('format') !== 'csv') throw badRequest('Invalid format parameter. Must be one of: [csv]');
  const ids: string[] = [];
  const warnings: string[] = [];
  for (const row of readKeyFile(document)) {
    const { line, planIds, ...given } = row;
    const warn = (error: unknown): void => {
      if (!(error instanceof ControlError)) throw error;
      warnings.push(`Line ${line}: ${error.message}`);
    };
    try {
      const key = createKey(given, account, random);
      account.keys.put(key);
      ids.push(key.id);
      for (const planId of planIds)
        try {
          account.plans.join(planId, account.makePlanKey(key.id));
        } catch (error) {
          warn(error);
        }
    } catch (error) {
      warn(error);
    }
  }
  if (warnings.length > 0 && query.get('failonwarnings') === 'true') {
    for (const id of ids) {
      account.keys.delete(id);
      account.plans.leaveAll(id);
    }
    throw badRequest(warnings.join('; ').slice(0, 1000));
  }
  return jsonReply(201, { ids, warnings });
}

function createKey(body: WireCall['body'], account: Account, random: Random): ApiKey {
  const nowEpochMs = account.clock.nowEpochMs();
  return {
    id: random.hex(ID_LENGTH),
    // AWS also generates a value if the given value is empty [obs].
    value: optionalText(body, 'value') || random.hex(GENERATED_VALUE_LENGTH),
    // A key with an empty name is shown without a name [obs].
    name: optionalText(body, 'name') || undefined,
    description: optionalText(body, 'description'),
    customerId: optionalText(body, 'customerId'),
    enabled: optionalFlag(body, 'enabled') ?? false,
    tags: textMap(body, 'tags'),
    createdAtEpochMs: nowEpochMs,
    updatedAtEpochMs: nowEpochMs,
  };
}

/** Lists of keys, and the response to CreateApiKey, show tags only if the key has tags [obs]. */
function showListed(key: ApiKey, withValue: boolean): object {
  const shown = showKey(key, withValue);
  return Object.keys(key.tags).length === 0 ? { ...shown, tags: undefined } : shown;
}

function showKey(key: ApiKey, withValue: boolean): object {
  return {
    id: key.id,
    ...showOwn(key, FIELDS),
    value: withValue ? key.value : undefined,
    createdDate: epochSeconds(key.createdAtEpochMs),
    lastUpdatedDate: epochSeconds(key.updatedAtEpochMs),
    stageKeys: [],
    tags: key.tags,
  };
}

const CONSTRAINTS: Readonly<Record<string, Constraint>> = API_KEY;
/** The patch rules of a key. There is no rule for the key's value, because it cannot be changed. */
const KEY_RULES = FIELDS.filter(({ wire }) => wire !== 'value').map((one) =>
  ownRule<ApiKey>(one, CONSTRAINTS[one.wire]),
);

const refusePath = listingRefusal(['/description', '/enabled', '/name', '/customerId']);
/** The refusal of an unsupported path lists the paths that can be replaced [obs]. */
const KEY_REFUSAL: PatchRefusal = (operation, supported) =>
  (supported.length === 0 ? refusePath : plainRefusal)(operation, supported);
