/**
 * The common part of all targets that offer AWS's APIs at an address. The resources of a case are created
 * with API calls, and its requests are sent to the address of the stage.
 */
import { openSdkTarget } from '../play/control-target.ts';
import { removeMade } from '../play/control-removal.ts';
import { describeRemoteApi } from './remote-api.ts';
import { deployByCalls } from './deploy-by-calls.ts';
import { NotAsked } from '../play/not-asked.ts';
import type { SdkCredentials } from '../play/client.ts';
import type { SdkTarget } from '../play/control-target.ts';
import type { AnyCase } from '../schema/control-case.ts';
import type { Account } from './deploy-by-calls.ts';
import type { Deployed, Fragment, Target } from './target.ts';

const ACCOUNT_ID = '123456789012';
/** Emulators accept any credentials. */
const ANY_CREDENTIALS: SdkCredentials = { accessKeyId: 'test', secretAccessKey: 'test' };

type Place = {
  readonly name: string;
  readonly version: string | undefined;
  readonly concurrency: number;
  cannotAsk(parityCase: AnyCase): string | undefined;
  readonly account: Account;
  /**
   * Address of a stage, in which `{api}` and `{stage}` are replaced; undefined if stages cannot be called.
   */
  readonly invokeUrl: string | undefined;
  readonly credentials: () => Promise<SdkCredentials>;
  /** Waits until a deployment is served. */
  settle?(): Promise<void>;
  close(): Promise<readonly string[]>;
};

export function openPlace(place: Place): Target {
  const { name, version, concurrency, account } = place;
  return {
    name,
    version,
    concurrency,
    cannotAsk: (parityCase) => place.cannotAsk(parityCase),
    deploy: (fragment) => deploy(fragment, place),
    openControl: () => Promise.resolve(account.target),
    close: () => place.close(),
  };
}

/** Opens the control plane of an emulator, which accepts any credentials. */
export function openAccount(endpoint: string, region: string, stageUrl?: string): SdkTarget {
  return openSdkTarget({
    endpoint,
    stageEndpoint: (stage) => (stageUrl === undefined ? `${endpoint}/${stage}` : fillUrl(stageUrl, stage)),
    region,
    accountId: ACCOUNT_ID,
    credentials: ANY_CREDENTIALS,
  });
}

export const anyCredentials = (): Promise<SdkCredentials> => Promise.resolve(ANY_CREDENTIALS);

/** @param apiAndStage id and stage such as `abc123/dev` */
export function fillUrl(invokeUrl: string, apiAndStage: string): string {
  const [api = '', stage = ''] = apiAndStage.split('/');
  return invokeUrl.replaceAll('{api}', api).replaceAll('{stage}', stage);
}

async function deploy({ parityCase, template }: Fragment, place: Place): Promise<Deployed> {
  const { account, invokeUrl } = place;
  if (invokeUrl === undefined) throw new NotAsked(`${place.name} does not serve requests to a deployed API`);
  const outcome = await deployByCalls(template, account);
  const remove = async (): Promise<void> => {
    const left = await removeMade(account.target, outcome.made.toReversed());
    if (left !== undefined) throw new Error(left);
  };
  if (outcome.kind === 'refused') {
    await remove();
    return outcome;
  }
  await place.settle?.();
  const { stage } = parityCase.setup;
  const isDefault = parityCase.api === 'http' && stage === '$default';
  const filled = fillUrl(invokeUrl, `${outcome.apiId}/${stage}`);
  const url = new URL(isDefault ? filled.replace(/\/\$default$/, '') : filled);
  return { kind: 'running', api: describeRemoteApi(place, outcome.apiId, url, remove) };
}
