/** Says what to change in a mapping that does not fit the request or the response (docs/aws §7, §8). */
import { list, toDeploy } from './reason.ts';
import type { MappingDefect } from '../../core/defect.ts';
import type { Circumstances, JsonFault } from './circumstances.ts';

/** Returns where a body stops being JSON, as a sentence; empty if that is unknown. */
export function describeBodyFault(
  { bodyFault }: Pick<Circumstances, 'bodyFault'>,
  what: 'body of the request' | 'message' = 'body of the request',
): string[] {
  return bodyFault === undefined
    ? []
    : [`The ${what} is not valid JSON at offset ${bodyFault.offset} (${placeOf(bodyFault)}).`];
}

/** Returns what to correct in the body of the request; empty if it is valid JSON. */
export function adviseBody(
  { bodyFault }: Pick<Circumstances, 'bodyFault'>,
  what: 'body' | 'message' = 'body',
): string[] {
  return bodyFault === undefined ? [] : [`Send valid JSON: correct the ${what} at ${placeOf(bodyFault)}.`];
}

function placeOf({ line, column }: JsonFault): string {
  return `line ${line}, column ${column}`;
}

function adviseTypes(entry: string | undefined): string {
  if (entry === undefined) return 'remove the type of the body from the binary media types of the API';
  return entry === '*/*'
    ? 'replace */* in BinaryMediaTypes of the API with the types that are binary, such as image/png, because */* makes every body binary'
    : `remove ${entry} from BinaryMediaTypes of the API`;
}

function upperFirst(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

export function adviseMapping(defect: MappingDefect, about: Circumstances): string {
  const advice = adviseProblem(defect, about);
  return defect.problem === 'body' ? advice : `${advice}${toDeploy(about.protocol)}`;
}

/** A template with the key `$default` is used for every key that has no template of its own (docs/aws §11.1). */
function adviseSelectedTemplate(
  { key, templates }: Extract<MappingDefect, { problem: 'no-template' }>,
  routeKey: string,
  isMock: boolean,
): string {
  const wanted =
    key === undefined || key === ''
      ? '$default'
      : `${key}, or with $default, which serves every key without a template`;
  return `Make the TemplateSelectionExpression of the integration of ${routeKey} return ${templates.length === 0 ? 'the key of a template' : list(templates)}, or add a request template${isMock ? ' that renders {"statusCode": 200},' : ''} with the key ${wanted}.`;
}

function adviseProblem(
  defect: MappingDefect,
  { routeKey = 'the route', bodyFault: place, protocol, integration, isFromTopic, definition }: Circumstances,
): string {
  const isPreflightOfSam =
    definition?.form.startsWith('sam') === true &&
    definition.addsPreflights === true &&
    routeKey.startsWith('OPTIONS ');
  const missed = integration?.missedTemplates;
  switch (defect.problem) {
    case 'no-template':
      if (protocol === 'websocket') return adviseSelectedTemplate(defect, routeKey, missed !== undefined);
      if (isFromTopic === true)
        return `Add a request template for ${defect.contentType.split(';')[0] ?? ''} to RequestTemplates of the integration of ${routeKey}, with the text of the template for ${list(defect.templates)}: SNS sends its JSON as text/plain, and this Content-Type cannot be changed. Subscribe again after the deployment.`;
      // Without a template, the integration would get the body as the client sent it, which few expect.
      return `${defect.templates.length === 0 ? 'Add' : `Send Content-Type ${list(defect.templates)}, or add`} a request template for ${defect.contentType} to RequestTemplates of the integration of ${routeKey}.`;
    case 'body':
      return defect.side === 'response'
        ? 'Make the integration respond with valid JSON, or map no parts of its body.'
        : `Send valid JSON${place === undefined ? '' : `: correct the ${protocol === 'websocket' ? 'message' : 'body'} at ${placeOf(place)}`}.`;
    case 'mock-status':
      if (missed !== undefined)
        return `${missed.templates.length === 0 ? 'Add' : `Send Content-Type ${list(missed.templates)}, or add`} a request template for ${missed.contentType} to the MOCK integration of ${routeKey} that renders its status: {"statusCode": 200}.`;
      return `Let the request template of ${routeKey} render an object whose statusCode is an integer, such as {"statusCode": 200}: a MOCK integration takes the status from it.`;
    case 'no-response':
      if (defect.patterns.length > 0 && defect.selectBy === '')
        // A function that succeeds has no error message, so its result is meant for the default integration response.
        return `Add an integration response without SelectionPattern, the default, to ${routeKey}: { StatusCode: '200' }, or another status that has a method response. The function succeeded, and its result is meant for the default.`;
      return defect.patterns.length === 0
        ? `Add an integration response with the status 200 and without SelectionPattern, the default, to ${routeKey}, and a method response for 200, unless it has one.`
        : `Add an integration response to ${routeKey} whose SelectionPattern matches “${defect.selectBy}”, or one without SelectionPattern, the default. The patterns are ${list(defect.patterns)}.`;
    case 'no-method-response':
      return `Add a method response for ${defect.status} to ${routeKey}, or make the integration response use a status that the method declares.`;
    case 'binary-body':
      return isPreflightOfSam
        ? `${upperFirst(adviseTypes(defect.entry))}: templates read text only, and the Cors property of SAM, which generates ${routeKey} with a template, cannot set ContentHandling.`
        : `Set ContentHandling of the integration of ${routeKey} to CONVERT_TO_TEXT, or ${adviseTypes(defect.entry)}: templates read text only.`;
    case 'base64':
      return defect.side === 'request'
        ? `Send the body of the request as base64, or remove ContentHandling from the integration of ${routeKey}: CONVERT_TO_BINARY decodes it.`
        : `Make the integration respond with base64, or remove ContentHandling from the integration response of ${routeKey}: CONVERT_TO_BINARY decodes its body.`;
    case 'verb':
      return `Set ${defect.property} of the integration of ${routeKey} to POST, whatever the method of the route is.`;
    case 'header':
      return `Remove the mapping to the header ${defect.name} from ${routeKey}: API Gateway sets this header itself.`;
    case 'no-value':
      return defect.source === undefined
        ? `Map ${defect.name} in RequestParameters of the integration of ${routeKey}: the service requires it.`
        : `Send a request in which ${defect.source} has a value, or map ${defect.name} of the integration of ${routeKey} from something else.`;
    case 'path':
      return adviseUnmapped(defect.name, routeKey);
    case 'address':
      return `Make the Uri of the integration of ${routeKey} a complete http:// or https:// address: check the stage variables in it.`;
  }
}

/** A variable of a Uri gets its value only from a mapping, even if the path of the method has the same variable. */
function adviseUnmapped(name: string, routeKey: string): string {
  const target = `integration.request.path.${name}`;
  const start = `No mapping gives the variable {${name}} of the Uri a value: add ${target}`;
  const owner = `RequestParameters of the integration of ${routeKey}`;
  return routeKey.includes(`{${name}`)
    ? `${start}: method.request.path.${name} to ${owner}, and declare method.request.path.${name} in RequestParameters of the method.`
    : `${start} to ${owner}, with a parameter of the request that has the value, or write a fixed value into the Uri.`;
}
