/**
 * Compares `keys` of `access/portal.yml` with the access documents: the portal could not create keys that no document
 * accepts, and roles that no document declares would have no effect.
 */
import { keyPrefixesOf } from '@gatewright/handlers/access/keys/key-prefixes';
import { documentsInStage } from '../compile/build-access.ts';
import type { AccessBuild } from '../compile/build-access.ts';

type OfferedKeys = { readonly prefix: string; readonly roles?: readonly string[] | undefined };

type KeyFault = { readonly member: 'prefix' | 'roles'; readonly message: string };

/** The compiled documents with the stages that they name. */
export type KeyDocuments = Pick<AccessBuild, 'compiled' | 'stages'>;

/**
 * Returns a fault that the keys have in each of the stages, and nothing if the keys can be created in one of them.
 * @param stages default: the stages that the documents name
 */
export function findKeyFault(
  keys: OfferedKeys,
  access: KeyDocuments,
  stages: readonly string[] = [...new Set([...access.stages.values()].flat())],
): KeyFault | undefined {
  if (stages.length === 0)
    return { member: 'prefix', message: describeUnknownPrefix(keys, [], access, undefined) };
  const faults = stages.map((stage) => findFaultInStage(keys, access, stage));
  if (faults.some((fault) => fault === undefined)) return undefined;
  // A stage that has the prefix is nearer to what was meant.
  return faults.find((fault) => fault?.member === 'roles') ?? faults[0];
}

function findFaultInStage(keys: OfferedKeys, access: KeyDocuments, stage: string): KeyFault | undefined {
  // Roles and claims of a prefix do not depend on the id of the API, so any id can be used while the real one is
  // unknown.
  const documents = documentsInStage(access, stage).map((document) => ({
    ...document,
    apis: [{ for: stage, apiId: '', stage }],
  }));
  const prefixes = keyPrefixesOf({ documents }, stage);
  const prefix = prefixes.get(keys.prefix);
  if (prefix === undefined)
    return {
      member: 'prefix',
      message: describeUnknownPrefix(keys, [...prefixes.keys()], access, stage),
    };
  if (prefix.chargesOthers === true)
    return {
      member: 'prefix',
      message: `an access document charges keys with the prefix ${keys.prefix} to another tenant (quota.tenant), so they would not count for the customer: remove quota.tenant from that document, or offer keys with another prefix`,
    };
  const unknown = (keys.roles ?? []).filter((role) => !prefix.roles.has(role));
  if (unknown.length === 0) return undefined;
  const [what, them] = unknown.length === 1 ? ['role', 'it'] : ['roles', 'them'];
  return {
    member: 'roles',
    message: `keys get the ${what} ${unknown.join(', ')}, but the documents that accept keys with the prefix ${keys.prefix} declare ${prefix.roles.size === 0 ? 'no roles' : `only ${[...prefix.roles].join(', ')}`}; declare the ${what} in these documents, or remove ${them} from keys.roles`,
  };
}

function describeUnknownPrefix(
  { prefix }: OfferedKeys,
  known: readonly string[],
  access: KeyDocuments,
  stage: string | undefined,
): string {
  const where = stage === undefined ? '' : ` in stage "${stage}"`;
  return `no access document has an apiKey issuer with the prefix ${prefix}${where}; ${causeOf(prefix, known, access, stage)}, or change keys.prefix`;
}

/** Returns why no document of the stage has the prefix, and what to do. */
function causeOf(
  wanted: string,
  known: readonly string[],
  access: KeyDocuments,
  stage: string | undefined,
): string {
  if (stage === undefined) return 'the service has no access document. Add a document with such an issuer';
  const inStage = documentsInStage(access, stage);
  for (const document of access.compiled.documents) {
    const issuer = document.apiKeys.find(({ prefix }) => prefix === wanted);
    if (issuer === undefined) continue;
    const { name } = document;
    return inStage.includes(document)
      ? `the issuer "${issuer.id}" of access/${name}.yml has the prefix, but its "only" does not contain the stage. Add ${stage} to "only"`
      : `access/${name}.yml has such an issuer, but does not name an API for the stage. Add ${stage} under api of access/${name}.yml`;
  }
  const cause =
    known.length === 0 ? 'the stage has no apiKey issuer' : `the prefixes are ${known.join(', ')}`;
  return `${cause}. Add such an issuer to a document`;
}
