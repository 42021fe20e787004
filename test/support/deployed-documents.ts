/** The access documents of this repository's own stack, as they are deployed with its functions. */
import { parseCompiledAccess } from '#shared/access/find-document.ts';
import compiled from '../../access/compiled.json' with { type: 'json' };

/** Id of the API that a document protects in stage dev. */
export function apiIdOf(name: string): string {
  const document = parseCompiledAccess(compiled).documents.find((candidate) => candidate.name === name);
  const api = document?.apis.find(({ for: stage }) => stage === 'dev');
  if (api === undefined) throw new Error(`access/${name}.yml protects no API in stage dev`);
  return api.apiId;
}
