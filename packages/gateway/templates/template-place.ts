import { isJsonList, isJsonObject } from '@gatewright/aws/json-object';
import type { Json } from '@gatewright/aws/json-object';
import type { DefinitionPlace } from '../core/errors.ts';
import type { RawStack } from './raw-stack.ts';
import type { Path } from './cloudformation/template-source.ts';

/**
 * Returns the file, line, logical id and property of a path into the template of a stack. The line is determined only
 * when a message needs it, because finding the line parses JSON a second time, as YAML.
 */
export function placeOf(stack: Placing, at: Path): DefinitionPlace {
  // The name of a property ends before an intrinsic function.
  const inner = at.findIndex((key) => key === 'Ref' || key.startsWith('Fn::'));
  const [section, name, part, ...rest] = inner === -1 ? at : at.slice(0, inner);
  if (section !== 'Resources' || name === undefined)
    return withLine(stack, at, { property: [section, name].filter((key) => key !== undefined).join('.') });
  const property = part === 'Properties' ? rest.join('.') : (part ?? '');
  return withLine(stack, at, { logicalId: name, property: property === '' ? undefined : property });
}

type Placing = Pick<RawStack, 'file' | 'lineOf' | 'placeIn'>;

function withLine(
  { file, lineOf, placeIn }: Placing,
  at: Path,
  place: Pick<DefinitionPlace, 'logicalId' | 'property'>,
): DefinitionPlace {
  if (placeIn !== undefined) {
    let found: DefinitionPlace | undefined;
    const look = (): DefinitionPlace => (found ??= placeIn(at) ?? { file });
    return {
      get file() {
        return look().file;
      },
      get line() {
        return look().line;
      },
      ...place,
    };
  }
  return {
    file,
    get line() {
      return lineOf(at);
    },
    ...place,
  };
}

export function memberAt(value: Json | undefined, keys: Path): Json | undefined {
  return keys.reduce((found: Json | undefined, key) => {
    if (isJsonList(found)) return found[Number(key)];
    return isJsonObject(found) && Object.hasOwn(found, key) ? found[key] : undefined;
  }, value);
}

/** Returns the beginning of a path that exists in the value. */
export function existingPath(value: Json, path: Path): Path {
  const end = path.findIndex((_step, at) => memberAt(value, path.slice(0, at + 1)) === undefined);
  return end === -1 ? path : path.slice(0, end);
}

/** Returns CloudFormation's message for an unknown name. */
export function describeUnresolved(name: string, at: Path): string {
  const section = at[0] ?? 'Resources';
  return `Template format error: Unresolved resource dependencies [${name}] in the ${section} block of the template`;
}
