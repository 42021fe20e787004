/** Parameter mapping of HTTP APIs: `RequestParameters` and `ResponseParameters` of an integration (docs/aws §7.8). */
import { DefinitionError } from '../../errors.ts';
import type { DefinitionPlace } from '../../errors.ts';
import {
  type ChangeSide,
  type ParameterChange,
  type ParameterChanges,
  parseChangeValue,
} from '../../mapping/parameter-change.ts';
import { invalidMapping } from './mapping-refusal.ts';
import { readBlock, readList, readText, readTextMap } from '../properties.ts';
import type { PropertyBag } from '../properties.ts';

/**
 * Compiles the parameter mapping of an integration.
 * @throws DefinitionError for a definition that AWS refuses
 */
export function compileParameterChanges(integration: PropertyBag): ParameterChanges {
  return {
    request: compileChanges(integration, 'RequestParameters', 'request'),
    response: compileResponseChanges(integration),
  };
}

/**
 * Compiles `ResponseParameters`.
 * @throws DefinitionError for a definition that AWS refuses
 */
export function compileResponseChanges(integration: PropertyBag): ParameterChanges['response'] {
  const byStatus = readBlock(integration, 'ResponseParameters');
  return new Map(
    Object.keys(byStatus?.properties ?? {}).map((status) => {
      const place = `ResponseParameters.${status}`;
      if (byStatus === undefined || !/^[2-5]\d\d$/.test(status))
        throw new DefinitionError(integration.place(place), `"${status}" is not a status from 200 to 599`);
      const block = readBlock(byStatus, status);
      if (block === undefined) return [Number(status), []];
      // CloudFormation wraps the changes in a list, whereas the API expects a map.
      if (!Array.isArray(block.properties['ResponseParameters']))
        return [Number(status), compileChanges(byStatus, status, 'response')];
      const changes = readList(block, 'ResponseParameters').map((item) =>
        compileChange(
          readText(item, 'Destination'),
          readText(item, 'Source'),
          'response',
          item.place('Destination'),
        ),
      );
      return [Number(status), changes];
    }),
  );
}

function compileChanges(bag: PropertyBag, property: string, side: ChangeSide): ParameterChange[] {
  return Object.entries(readTextMap(bag, property) ?? {}).map(([target, value]) =>
    compileChange(target, value, side, bag.place(`${property}.${target}`)),
  );
}

const TARGET = /^(append|overwrite|remove):(header|querystring)\.(.+)$/;
/** The headers that are reserved for the gateway. */
const RESERVED =
  /^(?:access-control-.*|apigw-.*|authorization|connection|content-(?:encoding|length|location)|forwarded|keep-alive|origin|proxy-auth.*|te|trailers?|transfer-encoding|upgrade|via|x-amzn?-.*|x-forwarded-(?:for|host|proto))$/i;

function compileChange(target: string, text: string, side: ChangeSide, at: DefinitionPlace): ParameterChange {
  const refuse = (error: string): DefinitionError => new DefinitionError(at, invalidMapping(error));
  const value = parseChangeValue(text, side);
  if (value === undefined) throw refuse(`Invalid mapping expression specified: ${text}`);
  if (side === 'request' && target === 'overwrite:path')
    return { action: 'overwrite', target: { place: 'path' }, value };
  if (side === 'response' && target === 'overwrite:statuscode')
    return { action: 'overwrite', target: { place: 'statuscode' }, value };
  const [, action, place, name = ''] = TARGET.exec(target) ?? [];
  if (
    (action !== 'append' && action !== 'overwrite' && action !== 'remove') ||
    (place !== 'header' && place !== 'querystring') ||
    (side === 'response' && place === 'querystring')
  )
    throw refuse(`Invalid mapping expression specified: ${target}`);
  if (place === 'header' && RESERVED.test(name)) throw refuse(`Operations on header ${name} are restricted`);
  return { action, target: { place, name }, value };
}
