/**
 * Applies the stack's web ACL to the stages that it guards: the stages of REST APIs in access documents, and the stages
 * in the parameter wafStages. Works on the compiled template.
 */
import { makeId } from '@gatewright/aws/physical-ids';
import type { CompiledDocument } from '@gatewright/handlers/access/compiled-document';
import type { ProtectedStack } from '@gatewright/authoring/compile/build-access';
import type { Template } from './edit-template.ts';

/** `custom.webAcl` of serverless.yml. */
export type WebAclSettings = {
  readonly mode?: string;
  /** Stages such as `a1b2c3d4e5/prod`, separated by commas. */
  readonly stages?: string;
};

type Known = {
  readonly documents: readonly CompiledDocument[];
  /** The deployment stage of the stack. */
  readonly stage: string;
  /** Ids of local APIs, which are left out of a deployed template, because AWS refuses a stage that does not exist. */
  readonly leftOut: readonly string[];
};

type Guarded = {
  /** One sentence about settings that would guard nothing. */
  readonly problem?: string;
  /** One sentence for each document with an API that no web ACL can protect. */
  readonly notes: readonly string[];
};

type KnownApi = { readonly document: string; readonly kind: CompiledDocument['kind'] } & {
  readonly apiId: string;
  readonly path: string;
};

const ASSOCIATION = 'WebAclAssociation';
const PLACEHOLDER = '{wafStage}';
/** Matches a stage such as `a1b2c3d4e5/prod`. */
const STAGE = /^[a-z0-9]{1,32}\/[A-Za-z0-9_-]{1,128}$/;

/** Returns the ids that the local gateway gives to the protected APIs. */
export function localIdsOf(protects: readonly ProtectedStack[]): readonly string[] {
  return protects.map(({ stack, logicalId }) => makeId(10, stack, logicalId));
}

/** Creates one association for each stage, instead of the association in the resource file. */
export function guardStages(template: Template, settings: WebAclSettings, known: Known): Guarded {
  const { Resources } = template;
  const association = Resources[ASSOCIATION];
  const named = listed(settings.stages);
  if (association === undefined) {
    const isWanted = named.length > 0 || settings.mode === 'block';
    const problem =
      'the parameters wafStages and wafMode require the part waf: add waf to parts in gatewright.yml';
    return { notes: [], ...(isWanted && { problem }) };
  }
  const apis = apisOf(known);
  const problem = named.map((text) => findProblem(text, apis)).find((text) => text !== undefined);
  if (problem !== undefined) return { problem, notes: [] };
  const guarded = apis.filter(({ kind }) => kind === 'rest').map(({ path }) => path);
  const text = JSON.stringify(association);
  for (const path of new Set([...named, ...guarded]))
    Resources[`${ASSOCIATION}${idOf(path)}`] = JSON.parse(
      text.replaceAll(PLACEHOLDER, path.replace('/', '/stages/')),
    ) as typeof association;
  Reflect.deleteProperty(Resources, ASSOCIATION);
  const others = apis.filter(({ kind }) => kind !== 'rest');
  return { notes: others.map((api) => `the stack's web ACL does not guard ${describe(api)}`) };
}

function apisOf({ documents, stage, leftOut }: Known): readonly KnownApi[] {
  return documents.flatMap(({ name, kind, apis }) =>
    apis
      .filter((api) => api.for === stage && !leftOut.includes(api.apiId))
      .map((api) => ({ document: name, kind, apiId: api.apiId, path: `${api.apiId}/${api.stage}` })),
  );
}

function findProblem(text: string, apis: readonly KnownApi[]): string | undefined {
  if (!STAGE.test(text))
    return `"${text}" in the parameter wafStages is not a stage; write the id of the API and the stage, as in a1b2c3d4e5/prod`;
  const other = apis.find(({ kind, apiId }) => kind !== 'rest' && text.startsWith(`${apiId}/`));
  return (
    other &&
    `the parameter wafStages names ${text}, but the stack's web ACL cannot protect ${describe(other)}; remove ${text} from wafStages`
  );
}

function describe({ document, kind }: KnownApi): string {
  const what = kind === 'http' ? 'an HTTP API' : 'a WebSocket API';
  return `the API of access/${document}.yml, because AWS WAF supports only the REST APIs of API Gateway, and this is ${what}`;
}

function listed(text = ''): readonly string[] {
  return text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
}

/** Turns a stage into a part of a logical id, which may have only letters and digits. */
function idOf(path: string): string {
  return path.replace('/', '').replaceAll('-', 'Dash').replaceAll('_', 'Underscore');
}
