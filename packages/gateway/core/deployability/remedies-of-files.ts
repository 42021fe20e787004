/**
 * The remedies for faults in the text of a template or an OpenAPI document, and for faults that involve several stacks.
 */
import { fixed, nameAt } from './remedy-row.ts';
import type { RemedyRow } from './remedy-row.ts';

/**
 * The beginning of the messages about the syntax of a file. The file may be the template or a document that the
 * template names.
 */
const SYNTAX = '^(?:Invalid OpenAPI input\\. )?invalid YAML or JSON: ';
const syntax = (words: string, remedy: string): RemedyRow => fixed(new RegExp(`${SYNTAX}${words}`), remedy);

const OF_SYNTAX: readonly RemedyRow[] = [
  {
    words: new RegExp(`${SYNTAX}.*: put quotes around (.+), because it contains a bracket`),
    remedy: ([, value = '']) => `put quotes around ${value}`,
  },
  syntax('Missing closing (?:"|\')', 'close the string with the quotation mark that opens it'),
  syntax('Source contains multiple documents', 'keep one document in the file, and remove the line ---'),
  syntax('Tabs are not allowed', 'indent with spaces instead of tabs'),
  syntax(
    'Nested mappings are not allowed',
    'write each key on its own line, or put quotes around a value with ": "',
  ),
  syntax(
    'Implicit keys (?:need to be on a single line|of flow)',
    'write the key and its colon on one line, or indent the line like the lines before it',
  ),
  syntax('Block scalar header', 'end the line after | or >, and begin the text on the next line'),
  syntax('Missing newline after block sequence', 'begin a new line after the tag or the anchor'),
  syntax(
    'Plain value cannot start with',
    'put quotes around the value, because it begins with a character that has a meaning in YAML',
  ),
  syntax(
    'Comments must be separated',
    'write a space before #, or put quotes around the value that contains it',
  ),
  syntax(
    'Flow (?:sequence|map) in block collection must be sufficiently indented',
    'indent the lines of the list or mapping in brackets more than its key, including the line with the closing bracket',
  ),
  {
    words: new RegExp(`${SYNTAX}Flow (?:sequence|map) must end with a ([\\]}])`),
    remedy: ([, bracket = '']) => `close the bracket with ${bracket}`,
  },
  syntax('Missing , (?:or : )?between flow', 'write a comma between the items in the brackets'),
  syntax('Unexpected flow-(?:seq|map)-end', 'remove the closing bracket, or add the opening bracket'),
  syntax(
    'Unexpected (?:scalar|double-quoted-scalar|single-quoted-scalar|flow-\\w+-start|alias|seq-item-ind)',
    'write only one value at this place: begin a new line, add a colon or a comma before the second value, or put quotes around the whole value',
  ),
  syntax(
    'A node can have at most one tag',
    'keep one tag, such as !Sub, and write the other one as Fn::NAME',
  ),
  syntax(
    'Maximum call stack size exceeded',
    'move parts of the file into nested stacks, because it is nested too deeply',
  ),
  syntax('', 'correct the syntax at this place'),
  {
    words: /^unknown tag (!\S+)/,
    remedy: ([, tag = '']) =>
      `write a function of CloudFormation instead of ${tag}, such as !Ref, !Sub or !GetAtt, or put quotes around the value if ${tag} is text`,
  },
  {
    words: /^unknown alias (\*\S*)/,
    remedy: ([, alias = '']) =>
      `put quotes around the value if ${alias} is text, as in '${alias}'; otherwise, define &${alias.slice(1)} earlier in the file`,
  },
  fixed(/^a key must be plain text$/, 'write a string as the key'),
  fixed(
    /the file is nested deeper than/,
    'move the inner parts to the top of the template, or into a nested stack',
  ),
  fixed(/^the file (?:is larger than|has more than)/, 'divide the template into several stacks'),
  {
    words: /^the file is empty; (.+)$/,
    remedy: ([, needs = '']) => `write the definition into the file: ${needs}`,
  },
];

const OF_DOCUMENTS: readonly RemedyRow[] = [
  {
    words: /The reference (\S+) cannot be resolved/,
    remedy: ([, reference = '']) =>
      reference.startsWith('#/')
        ? `add ${reference.split('/').at(-1) ?? ''} to ${reference.split('/').slice(1, -1).join('.')} of the document, or correct $ref`
        : 'write $ref as the path of a part of this document, as in #/components/schemas/NAME',
  },
  {
    words: /An object is expected here$/,
    remedy: (_, { property }) => `write a mapping as ${nameAt(property)}`,
  },
  fixed(/The document has no paths$/, 'add "paths" with at least one operation to the document'),
  fixed(
    /HTTP APIs import openapi 3\.0 only/,
    "convert the document to OpenAPI 3 (openapi: '3.0.1'), or use a REST API, which imports swagger 2.0",
  ),
  fixed(
    /API Gateway imports swagger 2\.0 and openapi 3\.0/,
    "begin the document with openapi: '3.0.1' or swagger: '2.0', depending on its format",
  ),
  fixed(
    /because of a malformed integration at path/,
    'write x-amazon-apigateway-integration as a mapping with "type", and also with "uri" unless the type is mock',
  ),
  {
    words: /The security scheme "(.+)" is not defined/,
    remedy: ([, name = '']) =>
      `add ${name} to components.securitySchemes (swagger 2.0: securityDefinitions), or remove it from "security"`,
  },
  {
    words: /^Invalid Request Validator identifier specified: "(.+)"/,
    remedy: ([, name = '']) =>
      `add ${name} to x-amazon-apigateway-request-validators of the document, or correct the name`,
  },
];

const OF_STACKS: readonly RemedyRow[] = [
  fixed(
    /^(?:stacks import from each other in a circle|values are defined in terms of each other)/,
    'replace one of the references with the value itself, or with a parameter that is passed when the stack is deployed',
  ),
  {
    words: /^Export with name (\S+) is already exported/,
    remedy: () =>
      "give the export a name of its own, as in Export: { Name: !Sub '${AWS::StackName}-NAME' }, and change the imports",
  },
  fixed(/^the template includes itself/, 'name another template in TemplateURL (SAM: Location)'),
  fixed(/^two sources define the stack/, 'give one of the two stacks another name'),
];

const OF_FUNCTIONS: readonly RemedyRow[] = [
  {
    words: /Fn::Sub contains "\$\{(.*?)\}"/,
    remedy: ([, name = '']) =>
      `write a logical id, a parameter or LogicalId.Attribute inside of \${}; if \${${name}} is text for another program, write \${!${name}}`,
  },
  fixed(/Fn::Split delimiter must not be empty/, "write a delimiter, as in !Split [',', VALUE]"),
  fixed(
    /Fn::Cidr cannot divide/,
    'use a larger network, fewer blocks or fewer bits: !Cidr [NETWORK, BLOCKS, BITS]',
  ),
  fixed(/Fn::FindInMap requires the name of a map/, 'write !FindInMap [MAP, KEY, NAME]'),
  fixed(
    /^Fn::ForEach requires "Transform/,
    'add Transform: AWS::LanguageExtensions to the template (before AWS::Serverless-2016-10-31, if the template has both)',
  ),
  fixed(
    /AWS::Include supports only S3 objects/,
    'upload the snippet to S3, and write Location: s3://BUCKET/KEY',
  ),
  fixed(
    /^the Location of AWS::Include can refer only to parameters/,
    'write the address itself as Location, or refer to a parameter with a value',
  ),
  fixed(/^AWS::Include requires the parameter Location/, 'add Parameters: { Location: s3://BUCKET/KEY }'),
  fixed(/^snippets include each other/, 'remove the Fn::Transform with which one snippet includes another'),
  {
    words: /^an included snippet repeats keys of the template: (.+)$/,
    remedy: ([, keys = '']) =>
      `remove ${keys} from the snippet, or from the part of the template that includes it`,
  },
  {
    words: /AllowedPattern "(.*)" is not a regular expression/,
    remedy: () => 'correct AllowedPattern, as in ^[a-z]+$; write \\ before a literal ( [ or {',
  },
  {
    words: /^Parameter '(\w+)' failed to satisfy constraint: /,
    remedy: ([, name = '']) =>
      `give ${name} a value that its AllowedPattern and its limits permit, or change these in Parameters.${name}`,
  },
  {
    words: /^Invalid template resource property '(.+)'/,
    remedy: ([, name = '']) =>
      `move ${name} into Properties of the resource, or remove it; apart from Type, a resource can have only Properties, DependsOn, Condition, Metadata, and policies such as DeletionPolicy`,
  },
];

export const REMEDIES_OF_FILES: readonly RemedyRow[] = [
  ...OF_SYNTAX,
  ...OF_DOCUMENTS,
  ...OF_STACKS,
  ...OF_FUNCTIONS,
];
