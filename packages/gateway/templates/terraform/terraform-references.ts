/**
 * Parses references in expressions of a configuration, such as `aws_lambda_function.f["a"].arn`, `module.api.url` and
 * `var.name`.
 */
import { isJsonList, isJsonObject } from '@gatewright/aws/json-object';
import type { Json } from '@gatewright/aws/json-object';
import { unquoted } from './terraform-document.ts';

export type Reference =
  | { readonly kind: 'variable'; readonly name: string }
  | {
      readonly kind: 'output';
      readonly module: string;
      readonly key: string | undefined;
      readonly name: string;
    }
  | {
      readonly kind: 'resource';
      readonly isData: boolean;
      readonly type: string;
      readonly name: string;
      readonly key: string | undefined;
      /**
       * The referenced attribute; undefined if the reference has an index that is not constant before the attribute.
       */
      readonly attribute: string | undefined;
    }
  /** A value that Terraform knows before the apply, such as `each.key`, `count.index` or `path.module`. */
  | { readonly kind: 'plain' }
  /** `each.value`, with the attribute if the value is a resource. */
  | { readonly kind: 'each'; readonly attribute: string | undefined }
  /** `local.name` or another reference whose value the format does not contain. */
  | { readonly kind: 'lost'; readonly text: string };

/**
 * Returns only the full references, in order. The format lists each reference in its full form and in all shorter
 * forms.
 */
export function fullReferences(expression: Json | undefined): readonly string[] {
  const all = isJsonObject(expression) ? expression['references'] : undefined;
  const texts = isJsonList(all) ? all.filter((each) => typeof each === 'string') : [];
  return texts.filter((text, index) => {
    const before = texts[index - 1];
    return before === undefined || !(before.startsWith(`${text}.`) || before.startsWith(`${text}[`));
  });
}

/** Whether the value is a single expression and not a block that contains expressions. */
export function isExpression(value: Json | undefined): boolean {
  if (!isJsonObject(value)) return false;
  return 'references' in value || 'constant_value' in value || Object.keys(value).length === 0;
}

const INDEX = String.raw`(?:\[("(?:[^"\\]|\\.)*"|\d+)\])?`;
const OUTPUT = new RegExp(String.raw`^module\.([\w-]+)${INDEX}(?:\.([\w-]+))?`);
const RESOURCE = new RegExp(String.raw`^(data\.)?([a-z]\w*)\.([\w-]+)${INDEX}(?:\.([\w-]+))?`);

export function parseReference(text: string): Reference {
  const [head = '', name = ''] = text.split('.');
  if (head === 'var') return { kind: 'variable', name: /^[\w-]+/.exec(name)?.[0] ?? '' };
  if (head === 'count' || head === 'path' || head === 'terraform' || text.startsWith('each.key'))
    return { kind: 'plain' };
  if (head === 'each') return { kind: 'each', attribute: /^each\.value\.([\w-]+)/.exec(text)?.[1] };
  if (head === 'local' || head === 'self') return { kind: 'lost', text };
  const output = OUTPUT.exec(text);
  if (output !== null)
    return { kind: 'output', module: output[1] ?? '', key: unquoted(output[2]), name: output[3] ?? '' };
  const found = RESOURCE.exec(text);
  if (found === null) return { kind: 'lost', text };
  const [, data, type = '', resource = '', key, attribute] = found;
  return {
    kind: 'resource',
    isData: data !== undefined,
    type,
    name: resource,
    key: unquoted(key),
    attribute,
  };
}
