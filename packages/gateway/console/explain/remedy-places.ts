/**
 * Names the line of the API if a remedy changes or adds a setting of the API. If the template lacks the setting, the
 * reader has to add it below this line.
 */
import { escapeForRegExp } from '@gatewright/aws/text/escape-for-regexp';
import type { Circumstances, NamedPlace } from './circumstances.ts';

/** Settings of an API, as CloudFormation names them, and the sections of other formats that have such settings. */
const OF_API =
  /\b(?:ApiKeySourceType|BinaryMediaTypes|DisableExecuteApiEndpoint|EndpointConfiguration|MinimumCompressionSize|OpenApiVersion)\b|\bprovider\.(?:apiGateway|httpApi)\b|\bGlobals\.(?:Api|HttpApi)\b/;

/** @param changes remedies before they are written in the words of the owner */
export function placesOfRemedies(
  changes: readonly string[],
  { definition, places = [] }: Pick<Circumstances, 'definition' | 'places'>,
): readonly NamedPlace[] {
  const { place, logicalId = '', form } = definition ?? {};
  if (place === undefined || !/:\d+$/.test(place) || places.some((one) => one.place === place)) return [];
  const ofApi = new RegExp(
    `(?<!(?:ResourcePolicy|Authorizers) )\\b(?:of|on) ${escapeForRegExp(logicalId)}(?![\\w.])`,
  );
  if (!changes.some((change) => OF_API.test(change) || ofApi.test(change))) return [];
  const isWritten = form !== 'serverless' && form !== 'sam-globals';
  return [{ what: isWritten ? `API ${logicalId}` : 'the settings of the API', place }];
}
