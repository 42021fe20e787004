import type { DefinitionPlace } from '../errors.ts';
import type { RawStack } from './raw-stack.ts';
import type { Path } from './cloudformation/template-source.ts';

/** File, line, logical id and property of a path into the template of a stack. */
export function placeOf(stack: Pick<RawStack, 'file' | 'lineOf'>, at: Path): DefinitionPlace {
  const { file } = stack;
  const line = stack.lineOf(at);
  // A property ends where an intrinsic function begins.
  const inner = at.findIndex((key) => key === 'Ref' || key.startsWith('Fn::'));
  const [section, name, part, ...rest] = inner === -1 ? at : at.slice(0, inner);
  if (section !== 'Resources' || name === undefined)
    return { file, line, property: [section, name].filter((key) => key !== undefined).join('.') };
  const property = part === 'Properties' ? rest.join('.') : (part ?? '');
  return { file, line, logicalId: name, property: property === '' ? undefined : property };
}
