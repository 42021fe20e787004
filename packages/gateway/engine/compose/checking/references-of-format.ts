/** Writes references to resources in remedies in the language of the definition, instead of CloudFormation's tags. */
import type { SourceFormat } from '../../../core/stack/source-format.ts';

type Language = {
  /** Returns a reference to an attribute of a resource. */
  readonly attribute: (name: string, attribute: string) => string;
  /** Returns the reference that corresponds to `Ref`. */
  readonly reference: (name: string) => string;
  readonly pseudo: Readonly<Record<string, string>>;
  /** Returns a text that contains references, which are already written in this language. */
  readonly text: (parts: readonly (string | { readonly value: string })[]) => string;
};

const snake = (name: string): string => name.replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, '_').toLowerCase();

const LANGUAGES: Partial<Record<SourceFormat['kind'], Language>> = {
  cdk: {
    attribute: (name, attribute) => `cdk.Fn.getAtt('${name}', '${attribute}')`,
    reference: (name) => `cdk.Fn.ref('${name}')`,
    pseudo: {
      'AWS::AccountId': 'cdk.Aws.ACCOUNT_ID',
      'AWS::NoValue': 'cdk.Aws.NO_VALUE',
      'AWS::Partition': 'cdk.Aws.PARTITION',
      'AWS::Region': 'cdk.Aws.REGION',
      'AWS::StackName': 'cdk.Aws.STACK_NAME',
    },
    text: (parts) =>
      `\`${parts.map((part) => (typeof part === 'string' ? part : `\${${part.value}}`)).join('')}\``,
  },
  terraform: {
    attribute: (name, attribute) => `${name}.${snake(attribute)}`,
    reference: (name) => `${name}.id`,
    pseudo: {
      'AWS::AccountId': 'data.aws_caller_identity.current.account_id',
      'AWS::NoValue': 'null',
      'AWS::Partition': 'data.aws_partition.current.partition',
      'AWS::Region': 'data.aws_region.current.name',
      'AWS::StackName': 'terraform.workspace',
    },
    text: (parts) =>
      `"${parts.map((part) => (typeof part === 'string' ? part : `\${${part.value}}`)).join('')}"`,
  },
};

const NAME = String.raw`[\w.[\]"-]*[\w\]]`;
/** Matches the long form of a reference that is followed by its short form. */
const BOTH_FORMS = /Fn::GetAtt: \[[^\]]*\](?: \((!GetAtt [^)]*)\)|, or (!GetAtt [\w.]+))/g;
const SUB = /!Sub '((?:[^'\\]|\\.)*)'/g;
const ATTRIBUTE = new RegExp(String.raw`!GetAtt (${NAME})\.([A-Z]\w*)`, 'g');
const REFERENCE = new RegExp(String.raw`!Ref (AWS::\w+|${NAME})`, 'g');

/** Returns the text unchanged for formats that use CloudFormation's tags. */
export function inReferencesOf(kind: SourceFormat['kind'], text: string): string {
  const language = LANGUAGES[kind];
  if (language === undefined) return text;
  const valueOf = (name: string): string => {
    const known = language.pseudo[name];
    const dot = name.lastIndexOf('.');
    if (known !== undefined) return known;
    const isAttribute = dot > 0 && /^[A-Z]/.test(name.slice(dot + 1));
    return isAttribute
      ? language.attribute(name.slice(0, dot), name.slice(dot + 1))
      : language.reference(name);
  };
  return text
    .replace(BOTH_FORMS, (_, one: string | undefined, other: string | undefined) => one ?? other ?? '')
    .replace(SUB, (_, inner: string) =>
      language.text(
        inner
          .split(/(\$\{[^}]+\})/)
          .filter((part) => part !== '')
          .map((part) => (part.startsWith('${') ? { value: valueOf(part.slice(2, -1)) } : part)),
      ),
    )
    .replace(ATTRIBUTE, (_, name: string, attribute: string) => language.attribute(name, attribute))
    .replace(REFERENCE, (_, name: string) => valueOf(name));
}
