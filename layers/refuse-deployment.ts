/** Finds settings that work on a developer's machine but must not be deployed. */
import { TABLE_NEEDS, tableNeeds } from '#shared/access/access-table.ts';
import type { CompiledDocument } from '#shared/access/compiled-document.ts';
import { webhooksInStage } from '#shared/portal/compiled-portal.ts';
import type { CompiledPortal } from '#shared/portal/compiled-portal.ts';
import { urlInStage } from '#shared/portal/compiled-portal-page.ts';
import type { CompiledPortalPage } from '#shared/portal/compiled-portal-page.ts';
import type { CompiledWebhooks } from '#shared/webhooks/compiled-webhooks.ts';
import type { Template } from './edit-template.ts';

type Resources = Template['Resources'];

type Deployment = {
  readonly stage: string;
  /** The documents that name an API in the stage. */
  readonly documents: readonly CompiledDocument[];
  readonly sources: CompiledWebhooks['sources'];
  /** Absent if there is no `access/portal.yml`. */
  readonly portal?: { readonly portal: CompiledPortal; readonly page: CompiledPortalPage } | undefined;
  readonly resources: Resources;
};

type Refusal = {
  readonly message: string;
  readonly code: 'LOCAL_ISSUER_DEPLOYED' | 'LOCAL_SECRET_DEPLOYED' | 'LOCAL_API_DEPLOYED';
};

const LOCAL_ISSUER_HOST = 'local.gatewright.invalid';

/**
 * Finds a setting of a deployment that trusts local keys or secrets, or names a local address. Anyone who has the local
 * issuer's key can impersonate any caller.
 * @param deployment a deployment of a stage that is not local
 */
export function findLocalTrust(deployment: Deployment): Refusal | undefined {
  return (
    findLocalDocument(deployment) ??
    findLocalSecret(deployment) ??
    findLocalSignIn(deployment) ??
    findLocalApi(deployment) ??
    findLocalIssuer(deployment)
  );
}

function findLocalDocument({ stage, documents }: Deployment): Refusal | undefined {
  const local = documents.find(({ issuers }) =>
    issuers.some(({ trust, only }) => trust.isLocal && (only?.includes(stage) ?? true)),
  );
  if (local === undefined) return undefined;
  const message =
    `stage "${stage}" is for AWS, but access/${local.name}.yml trusts the local issuer in this stage: ` +
    'list only local stages in "only" of the issuer, or add the stage to custom.localStages';
  return { message, code: 'LOCAL_ISSUER_DEPLOYED' };
}

/**
 * Finds the local secret in a deployment. A deployed function would refuse this secret at each delivery, so it is
 * reported before the deployment.
 */
function findLocalSecret({ stage, sources }: Deployment): Refusal | undefined {
  const local = sources.find((source) => source.stage === stage && source.secret.kind === 'env');
  if (local === undefined) return undefined;
  const what = local.secretsOf === undefined ? `the secret of "${local.name}"` : 'masterSecret';
  const message =
    `stage "${stage}" is for AWS, but access/webhooks.yml reads ${what} from an environment variable ` +
    'in this stage: name a parameter or a secret instead, or add the stage to custom.localStages';
  return { message, code: 'LOCAL_SECRET_DEPLOYED' };
}

/**
 * Finds the local issuer or a local client secret in the portal's sign-in. With it, anyone could impersonate members.
 */
function findLocalSignIn({ stage, portal }: Deployment): Refusal | undefined {
  const signIns = portal?.portal.signIn ?? {};
  const signIn = Object.hasOwn(signIns, stage) ? signIns[stage] : undefined;
  const start = `stage "${stage}" is for AWS, but signIn of access/portal.yml`;
  if (signIn?.issuer === 'local')
    return {
      message: `${start} trusts the local issuer in this stage: name your own issuer instead, or add the stage to custom.localStages`,
      code: 'LOCAL_ISSUER_DEPLOYED',
    };
  if (signIn?.clientSecret?.kind === 'env')
    return {
      message:
        `${start} reads the client secret from an environment variable in this stage: ` +
        'name a parameter or a secret instead, or add the stage to custom.localStages',
      code: 'LOCAL_SECRET_DEPLOYED',
    };
  return undefined;
}

/** Finds an address in the settings of the portal that exists only on this machine. */
function findLocalApi({ stage, portal }: Deployment): Refusal | undefined {
  if (portal === undefined) return undefined;
  const apis = (portal.page.about?.apis ?? []).map((api) => ({
    what: `the API "${api.id}"`,
    url: urlInStage(api, stage),
  }));
  const webhooks = webhooksInStage(portal.portal, stage).map(({ source, url }) => ({
    what: `webhooks of the source "${source}"`,
    url,
  }));
  const local = [...apis, ...webhooks].find(({ url }) => url?.startsWith('http:') === true);
  if (local === undefined) return undefined;
  return {
    message:
      `stage "${stage}" is for AWS, but access/portal.yml offers ${local.what} at ${local.url} in this stage: ` +
      'name its https URL instead, or add the stage to custom.localStages',
    code: 'LOCAL_API_DEPLOYED',
  };
}

function findLocalIssuer({ stage, resources }: Deployment): Refusal | undefined {
  const trusting = Object.entries(resources).find(
    ([, { Type, Properties }]) =>
      Type === 'AWS::Lambda::Function' && trustsLocalIssuer(Properties?.['Environment']),
  );
  if (trusting === undefined) return undefined;
  const message =
    `stage "${stage}" is for AWS, but ${trusting[0]} trusts the local issuer: ` +
    'leave params.localIssuerUrl empty, or add the stage to custom.localStages';
  return { message, code: 'LOCAL_ISSUER_DEPLOYED' };
}

function trustsLocalIssuer(environment: unknown): boolean {
  const variables = variablesOf(environment);
  const url = variables['GATEWRIGHT_ISSUER_URL'] ?? '';
  return url !== '' || JSON.stringify(variables).includes(LOCAL_ISSUER_HOST);
}

/**
 * Returns a sentence about the first authorizer that lacks the table or the secret which a document needs for keys,
 * tickets or revocations; undefined if none does. Each request of the API would then get 500.
 */
export function findUnservedKeys(
  documents: readonly CompiledDocument[],
  resources: Resources,
  stage: string,
): string | undefined {
  const needs = documents.flatMap((document) =>
    tableNeeds(document, stage).map((need) => ({ document, need })),
  );
  for (const [logicalId, { Type, Properties }] of Object.entries(resources)) {
    if (Type !== 'AWS::Lambda::Function' || !/(token|request)(dash)?authorizer/i.test(logicalId)) continue;
    const variables = variablesOf(Properties?.['Environment']);
    for (const { document, need } of needs) {
      const missing = missingVariable(variables, need === 'keys' && hasNativePlans(document, stage));
      if (missing !== undefined)
        return `access/${document.name}.yml ${TABLE_NEEDS[need]}, but the environment of ${logicalId} does not contain ${missing}`;
    }
  }
  return undefined;
}

function missingVariable(
  variables: Readonly<Record<string, unknown>>,
  isNative: boolean,
): string | undefined {
  const isWithout = (variable: string): boolean => (variables[variable] ?? '') === '';
  if (isWithout('GATEWRIGHT_ACCESS_TABLE')) return 'GATEWRIGHT_ACCESS_TABLE: !Ref AccessTable';
  return isNative && isWithout('GATEWRIGHT_USAGE_KEY_SECRET')
    ? 'GATEWRIGHT_USAGE_KEY_SECRET (params.usageKeySecret)'
    : undefined;
}

function hasNativePlans({ apiKeys }: CompiledDocument, stage: string): boolean {
  return apiKeys.some(
    ({ nativeUsagePlan, only }) => nativeUsagePlan === true && (only?.includes(stage) ?? true),
  );
}

function variablesOf(environment: unknown): Readonly<Record<string, unknown>> {
  return (environment as { Variables?: Record<string, unknown> } | undefined)?.Variables ?? {};
}
