import { unescapeXml } from './aws-operation.ts';

/**
 * Reads the text of the first element with a name, at any depth; empty for an element without content.
 * @returns undefined if there is no such element, or if it contains other elements
 */
export function readElement(xml: string, name: string): string | undefined {
  const [, text] = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml) ?? [];
  if (text !== undefined) return unescapeXml(text);
  return new RegExp(`<${name}\\s*/>`).test(xml) ? '' : undefined;
}
