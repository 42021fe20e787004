/**
 * Describes patterns in words, which are easier to read than a regular expression. It knows the patterns whose meaning
 * is listed in this file, and patterns that consist of a single set of characters.
 */
import { arnOfPattern } from './arn-words.ts';

const WHOLE = /^\^?\(?\[((?:\\.|[^\]\\])+)\]\)?(?:\+|\*|\{(\d+),(\d+)\})?(?:\$|\\Z)?$/;

const RANGES: readonly (readonly [range: string, name: string])[] = [
  ['a-zA-Z', 'letters'],
  ['A-Za-z', 'letters'],
  ['a-z', 'lower-case letters'],
  ['A-Z', 'upper-case letters'],
  ['0-9', 'digits'],
  [String.raw`\d`, 'digits'],
  [String.raw`\p{L}`, 'letters'],
  [String.raw`\p{M}`, 'combining marks'],
  [String.raw`\p{N}`, 'digits'],
  [String.raw`\p{S}`, 'symbols'],
  [String.raw`\p{P}`, 'punctuation'],
  [String.raw`\p{Z}`, 'spaces'],
  [String.raw`\s`, 'spaces'],
];

const REGION = String.raw`(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}`;

/** Describes the values that other patterns permit, each with an example. */
const MEANINGS: Readonly<Record<string, string>> = {
  // These patterns permit a name as well as an ARN, or permit the ARN of any service although the property accepts only
  // one service.
  [String.raw`^(arn:(aws[a-zA-Z-]*)?:lambda:${REGION}:\d{12}:layer:[a-zA-Z0-9-_]+)|[a-zA-Z0-9-_]+$`]:
    'a name of letters, digits, - and _, such as shared-code',
  [String.raw`^(arn:aws[a-zA-Z-]*:lambda:${REGION}:\d{12}:capacity-provider:[a-zA-Z0-9-_]+)|[a-zA-Z0-9-_]+$`]:
    'a name of letters, digits, - and _, such as workers',
  [String.raw`^([a-zA-Z0-9_-]{1,64}|arn:[a-zA-Z0-9-]+:lambda:[a-zA-Z0-9-]+:\d{12}:function:[a-zA-Z0-9_-]{1,64})$`]:
    'a name of up to 64 letters, digits, - and _, such as list-orders',
  [String.raw`^(arn:[\w+=/,.@-]+:[\w+=/,.@-]+:([\w+=/,.@-]*)?:[0-9]+:[\w+=/,.@-]+(:[\w+=/,.@-]+)?(:[\w+=/,.@-]+)?)?$`]:
    'the ARN of a role, such as arn:aws:iam::123456789012:role/NAME',
  [String.raw`^arn:[\w+=/,.@-]+:[\w+=/,.@-]+:([\w+=/,.@-]*)?:[0-9]+:[\w+=/,.@-]+(:[\w+=/,.@-]+)?(:[\w+=/,.@-]+)?$`]:
    'an ARN, such as arn:aws:iam::123456789012:role/NAME',
  'arn:.*': 'an ARN, such as arn:aws:s3:::NAME',
  [String.raw`^\d{12}$`]: 'the id of an account, which has 12 digits',
  [String.raw`^[\w-]+_[0-9a-zA-Z]+$`]: 'the id of a user pool, such as eu-west-1_Ab12Cd34E',
  '^subnet-[0-9a-z]*$': 'the id of a subnet, such as subnet-0a1b2c3d',
  '^sg-[0-9a-zA-Z]*$': 'the id of a security group, such as sg-0a1b2c3d',
  '^o-[a-z0-9]{10,32}$': 'the id of an organization, such as o-a1b2c3d4e5',
  '^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$': 'a UUID in lower-case letters',
  [String.raw`.*\S.*`]: 'a string that is not blank',
  [String.raw`\S`]: 'a string that is not blank',
  [String.raw`^(?!\s*$).+$`]: 'a string that is not blank',
  [String.raw`^\S+$`]: 'a string without spaces',
  [String.raw`^[^\s]+$`]: 'a string without spaces',
  [String.raw`\{####\}`]: 'a string that contains {####}, which Cognito replaces with the code',
  'https:.*': 'an address that begins with https:',
  '^https://': 'an address that begins with https://',
  '^/.*$': 'a path that begins with a slash',
  [String.raw`^.*\.fifo$`]: 'a name that ends with .fifo',
  '^[^:]': 'a name that does not begin with a colon',
  '^[^:*]*$': 'a string without : or *',
  '^[^:*]{1,512}$': 'a string without : or *, of 1 to 512 characters',
  '^[^:*]{1,512}': 'a string without : or *, of 1 to 512 characters',
  '^[^:*]{1,256}$': 'a string without : or *, of 1 to 256 characters',
  [String.raw`^(rate\(.+\)|cron\(.+\))?$`]: 'an expression such as rate(5 minutes) or cron(0 8 * * ? *)',
  '^/mnt/[a-zA-Z0-9-_.]+$': 'a path such as /mnt/files, with one name after /mnt/',
  '^(alias/)[a-zA-Z0-9:/_-]+$': 'a name that begins with alias/, such as alias/orders',
  '^(2|4|5)\\d\\d$': 'a status code that begins with 2, 4 or 5, such as 404',
  [String.raw`^(\u002F)|(\u002F[\u0021-\u007E]+\u002F)$`]:
    'a path that begins and ends with a slash, such as /orders/',
  [String.raw`^[a-z0-9]([a-z0-9\-]*[a-z0-9])?$`]:
    'a string of lower-case letters, digits and hyphens, without a hyphen at the start or end',
  [String.raw`^[a-z0-9](?:[a-z0-9\-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9\-]*[a-z0-9])?)+$`]:
    'a domain name in lower-case letters, such as auth.example.com',
  [String.raw`^\$(\.[\w_-]+(\[(\d+|\*)\])*)*$`]: 'a path in the event, such as $.detail.id',
  [String.raw`^\$(\.[\w/_-]+(\[(\d+|\*)\])*)*$`]: 'a path in the event, such as $.detail.id',
  [String.raw`^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$`]: 'a string of letters, digits, spaces and _ . : / = + - @',
  [String.raw`^([a-z])([A-Za-z0-9\_]*)$`]:
    'a string of letters, digits and _, with a lower-case letter at the start, such as errors1',
  [String.raw`^[a-z0-9](?:[a-z0-9\-]{0,61}[a-z0-9])?$`]:
    'a string of up to 63 lower-case letters, digits and hyphens, without a hyphen at the start or end, such as shop-login',
  [String.raw`^[^_\p{Z}][\p{L}\p{M}\p{S}\p{N}\p{P}][^_\p{Z}]+$`]:
    'a name of at least 3 characters without spaces, such as Google',
  [String.raw`^[\x21\x23-\x5B\x5D-\x7E]+$`]:
    'a string of ASCII characters without spaces, quotation marks or backslashes',
  [String.raw`^[\x21\x23-\x2E\x30-\x5B\x5D-\x7E]+$`]:
    'a string of ASCII characters without spaces, quotation marks, slashes or backslashes',
  [String.raw`^[\p{L}\p{M}\p{S}\p{N}\p{P}]+@[\p{L}\p{M}\p{S}\p{N}\p{P}]+$`]:
    'an e-mail address, such as shop@example.com',
  [String.raw`^[\p{L}\p{M}\p{S}\p{N}\p{P}\s*]*\{####\}[\p{L}\p{M}\p{S}\p{N}\p{P}\s*]*$`]:
    'a string that contains {####}, which Cognito replaces with the code',
  [String.raw`^[\p{L}\p{M}\p{S}\p{N}\p{P}\s*]*\{##[\p{L}\p{M}\p{S}\p{N}\p{P}\s*]*##\}[\p{L}\p{M}\p{S}\p{N}\p{P}\s*]*$`]:
    'a string that contains a link, as in {##Click here##}',
  [String.raw`^((%[0-9A-Fa-f]{2}|[-()_.!~*';/?:@\x26=+$,A-Za-z0-9])+)([).!';/?:,])?$`]:
    'an address, such as https://api.example.com/orders',
  [String.raw`^((/[A-Za-z0-9\.,\+@=_-]+)*)/$`]: 'a path that begins and ends with a slash, such as /orders/',
  '[0-9A-Fa-f]{40}': 'a thumbprint of 40 hexadecimal digits',
  [String.raw`^(\$LATEST(\.PUBLISHED)?|[0-9]*)$`]: 'the number of a version, such as 1, or $LATEST',
  '^(?!^[0-9]+$)([a-zA-Z0-9-_]+)$':
    'a string of letters, digits, - and _, with at least one character that is not a digit, such as live',
  '((?!^[0-9]+$)([a-zA-Z0-9-_]+))':
    'a string of letters, digits, - and _, with at least one character that is not a digit, such as live',
  '^(lambda:[*]|lambda:[a-zA-Z]+|[*])$': 'an action of Lambda, such as lambda:InvokeFunction',
  '(LATEST|TRIM_HORIZON|AT_TIMESTAMP)+': 'one of LATEST, TRIM_HORIZON, AT_TIMESTAMP',
  [String.raw`^[0-9A-Za-z\.\-_]*(?<!\.)$`]: 'the name of a bucket, such as shop-artifacts',
  '^([a-z0-9][a-z0-9.-]*[a-z0-9])?$':
    'a string of lower-case letters, digits, hyphens and dots, with a letter or digit at the start and end, such as shop-uploads',
  [String.raw`^(\d{4})-(0[0-9]|1[0-2])-([0-2]\d|3[01])T([01]\d|2[0-4]):([0-5]\d):([0-6]\d)((\.\d{3})?)Z$`]:
    'a time, such as 2030-01-01T00:00:00Z',
  [String.raw`^([+-]?([0-9]*\.?[0-9]*)|(\$.*))$`]: 'a number, or a field such as $.latency',
  [String.raw`^((?![:*$])[\x00-\x7F]){1,255}`]: 'a name without : * or $',
  [String.raw`^([^:*\/]+\/?)*[^:*\/]+$`]: 'a name without : or *',
  [String.raw`(\d{12}|\*)`]: 'the id of an account, which has 12 digits, or *',
  'events:[a-zA-Z]+': 'an action of EventBridge, such as events:PutEvents',
  '^[0-9]+h$': 'a number of hours, such as 3h',
  [String.raw`\.fifo$`]: 'a name that ends with .fifo',
  '^[^\\s<>{}\\[\\]?*"#%\\\\^|~`$&,;:/]+$': 'a name without spaces or special characters, such as order-flow',
  [String.raw`^(?=.*[a-zA-Z_\-\.])[a-zA-Z0-9_\-\.]+$`]:
    'a string of letters, digits, _ - and dots, with at least one character that is not a digit, such as live',
  [String.raw`^[a-zA-Z0-9=:#@/\-,.][a-zA-Z0-9+=:#@/\-,.\s]+[a-zA-Z0-9+=:#@/\-,.]{1,256}$`]:
    'a string of letters, digits, spaces and + = : # @ / - , . that does not begin or end with a space',
  '^(s3|S3)://': 'an address that begins with s3://',
  [String.raw`^aws\.partner(/[\.\-_A-Za-z0-9]+){2,}$`]:
    'the name of a partner event source, such as aws.partner/example.com/1',
  [String.raw`^(?!\s*$).+`]: 'a string that is not blank',
  '^(?!aws:).+': 'a string that does not begin with aws:',
  [String.raw`[a-fA-F0-9]{8}-[a-fA-F0-9]{4}-[a-fA-F0-9]{4}-[a-fA-F0-9]{4}-[a-fA-F0-9]{12}`]: 'a UUID',
  [String.raw`^((([0-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5])\.){3}([0-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5]))$|^(([0-9a-fA-F]{1,4}:){7,7}[0-9a-fA-F]{1,4}|([0-9a-fA-F]{1,4}:){1,7}:|([0-9a-fA-F]{1,4}:){1,6}:[0-9a-fA-F]{1,4}|([0-9a-fA-F]{1,4}:){1,5}(:[0-9a-fA-F]{1,4}){1,2}|([0-9a-fA-F]{1,4}:){1,4}(:[0-9a-fA-F]{1,4}){1,3}|([0-9a-fA-F]{1,4}:){1,3}(:[0-9a-fA-F]{1,4}){1,4}|([0-9a-fA-F]{1,4}:){1,2}(:[0-9a-fA-F]{1,4}){1,5}|[0-9a-fA-F]{1,4}:((:[0-9a-fA-F]{1,4}){1,6})|:((:[0-9a-fA-F]{1,4}){1,7}|:)|fe80:(:[0-9a-fA-F]{0,4}){0,4}%[0-9a-zA-Z]{1,}|::(ffff(:0{1,4}){0,1}:){0,1}((25[0-5]|(2[0-4]|1{0,1}[0-9]){0,1}[0-9])\.){3,3}(25[0-5]|(2[0-4]|1{0,1}[0-9]){0,1}[0-9])|([0-9a-fA-F]{1,4}:){1,4}:((25[0-5]|(2[0-4]|1{0,1}[0-9]){0,1}[0-9])\.){3,3}(25[0-5]|(2[0-4]|1{0,1}[0-9]){0,1}[0-9]))$`]:
    'an IP address, such as 192.0.2.1',
  [String.raw`^[ \t]*[^\x00-\x1F\x7F]+([ \t]+[^\x00-\x1F\x7F]+)*[ \t]*$`]:
    'a string without line breaks or other control characters',
  [String.raw`^[ \t]*[\x20-\x7E]+([ \t]+[\x20-\x7E]+)*[ \t]*$`]:
    'a string of printable ASCII characters, without line breaks',
  [String.raw`^[ \t]*[\x20-\x7E]+([ \t]+[\x20-\x7E]+)*[ \t]*|(\$(\.[\w/_-]+(\[(\d+|\*)\])*)*)$`]:
    'a string of printable ASCII characters, or a path in the event, such as $.detail.id',
  [String.raw`^[^\x00-\x09\x0B\x0C\x0E-\x1F\x7F]+|(\$(\.[\w/_-]+(\[(\d+|\*)\])*)*)$`]:
    'a string that does not begin with a control character, or a path in the event, such as $.detail.id',
  [String.raw`^[\u0009\u000A\u000D\u0020-\u00FF]+$`]:
    'a string of Latin-1 characters, which excludes characters such as “ and €',
  [String.raw`[\u0009\u000A\u000D\u0020-\u00FF]+`]:
    'a string of Latin-1 characters, which excludes characters such as “ and €',
  [String.raw`^[\u0009\u000A\u000D\u0020-\u007E\u00A1-\u00FF]*$`]:
    'a string of Latin-1 characters, which excludes characters such as ’, “ and –',
  '^.*$': 'a string without line breaks',
  '.*': 'a text',
  [String.raw`[\s\S]*`]: 'a text',
  [String.raw`^[\s\S]*$`]: 'a text',
  '^(?s)': 'a text',
  [String.raw`[\u0001-\uFFFF]*`]: 'a text',
  [String.raw`^\p{Print}+$`]: 'a string of printable ASCII characters',
  [String.raw`^(HTTPS?|#\{protocol\})$`]: 'one of HTTP, HTTPS, #{protocol}',
  [String.raw`^[A-Za-z0-9\-]+[\.][A-Za-z0-9\-]+$`]: 'the id of an endpoint, such as abcde.veo',
  [String.raw`([a-zA-Z0-9\-\_]+\.){2,3}vpce\.[a-zA-Z0-9\-]*\.vpce-svc\-[a-zA-Z0-9\-]{17}$`]:
    'the service name of a VPC endpoint, such as com.amazonaws.vpce.eu-west-1.vpce-svc-0123456789abcdef0',
  [String.raw`^(?!\s*$).+|(\$(\.[\w/_-]+(\[(\d+|\*)\])*)*)$`]:
    'a string that is not blank, or a path in the event, such as $.detail.id',
  [String.raw`^[^.]([a-zA-Z0-9\-_.]+)$`]:
    'a topic name that consists of letters, digits and _ - . but does not begin with a dot, such as orders',
  [String.raw`^[^.]([a-zA-Z0-9\-_.]+)`]:
    'a topic name that consists of letters, digits and _ - . but does not begin with a dot, such as orders',
  [String.raw`^[\/]+([^~]*(~[01])*){1,512}$`]:
    'a JSON Pointer, which begins with a slash and has ~ only in ~0 and ~1, such as /user/name',
  '^([1-9][0-9]?|100)$': 'a whole number from 1 to 100',
  [String.raw`^([1-9][0-9]*(\.[0-9]{1,3})?|0\.([1-9][0-9]{0,2}|0[1-9][0-9]?|00[1-9]))$`]:
    'a positive number with at most 3 decimal places, such as 0.001',
  '^[0-9a-fA-F]+$': 'a string of hexadecimal digits',
  [String.raw`^(https://)?[\.\-a-z0-9]+$`]:
    'an address in lower-case letters, such as https://abcde.endpoint.events.amazonaws.com',
  '^[a-zA-Z0-9]([a-zA-Z0-9_-]*[a-zA-Z0-9])?$':
    'a string of letters, digits, _ and -, with a letter or digit at the start and end, such as size',
  [String.raw`^[a-zA-Z0-9](-*[a-zA-Z0-9])*|(\$(\.[\w/_-]+(\[(\d+|\*)\])*)*)$`]:
    'a string of letters, digits and hyphens that begins with a letter or digit, or a path in the event, such as $.detail.id',
  [String.raw`^([\w+=,.@-]+)?$`]: 'a string of letters, digits and _ + = , . @ -',
  [String.raw`^(?!aws:)[\p{L}\p{Z}\p{N}_.:\/=+\-@%]*$`]:
    'a string of letters, digits, spaces and _ . : / = + - @ % that does not begin with aws:',
  [String.raw`.+?\.snowflakecomputing\.com`]:
    'the URL of a Snowflake account, such as https://abc.snowflakecomputing.com',
  [String.raw`^(?:[A-Za-z0-9+\/]{4})*(?:[A-Za-z0-9+\/]{2}==|[A-Za-z0-9+\/]{3}=)?$`]: 'a string in base64',
  [String.raw`^jdbc:(redshift|postgresql)://((?!-)[A-Za-z0-9-]{1,63}(?<!-)\.)+(redshift(-serverless)?)\.([a-zA-Z0-9\.\-]+):\d{1,5}/[a-zA-Z0-9_$-]+$`]:
    'the JDBC URL of a database, such as jdbc:redshift://shop.abc.eu-west-1.redshift.amazonaws.com:5439/orders',
  [String.raw`s3:\/\/.*`]: 'an address that begins with s3://',
  '^$|[a-zA-Z/_]+$': 'empty, or a time zone, such as Europe/Vienna',
  [String.raw`^$|\.[0-9a-z!\-_.*'()]+`]:
    "empty, or an extension that begins with a dot, in lower-case letters, digits and ! - _ . * ' ( ), such as .json",
  [String.raw`csc-[a-zA-Z0-9-_\.]{17}`]:
    'the id of a code signing configuration, such as csc-0123456789abcdef0',
  [String.raw`^\$(LATEST(\.PUBLISHED)?)|[a-zA-Z0-9$_-]{1,129}$`]:
    'the name of an alias, the number of a version, or $LATEST',
  [String.raw`^(([a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9\-]*[a-zA-Z0-9])\.)*([A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9\-]*[A-Za-z0-9]):[0-9]{1,5}`]:
    'a host and a port, such as kafka.example.com:9092',
  [String.raw`^(([a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9\-]*[a-zA-Z0-9])\.)*([A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9\-]*[A-Za-z0-9]):[0-9]{1,5}$`]:
    'a host and a port, such as kafka.example.com:9092',
  [String.raw`^(^(?!(system\x2e)))(^[_a-zA-Z0-9])([^$]*)$`]:
    'the name of a collection, which begins with a letter, a digit or _ but not with system., and does not contain $',
  [String.raw`^[^ /\.$\x22]*$`]: 'a name without spaces, slashes, dots, $ or quotation marks',
  '^(nodejs.*|python.*)$': 'a runtime of Node.js or Python, such as nodejs24.x',
  '^lambda:GetLayerVersion$': 'lambda:GetLayerVersion',
  [String.raw`^\d{12}|\*|arn:(aws[a-zA-Z-]*):iam::\d{12}:root$`]:
    'the id of an account, which has 12 digits, the ARN of its root, or *',
  '^[a-zA-Z_][a-zA-Z0-9_]*$':
    'a string of letters, digits and _ that does not begin with a digit, such as order_id',
  [String.raw`(?=[/\.\-_A-Za-z0-9]+)((?!aws\.).*)|(\$(\.[\w/_-]+(\[(\d+|\*)\])*)*)`]:
    'the name of a source that does not begin with aws., such as shop.orders, or a path in the event, such as $.detail.id',
  [String.raw`^(?=[/\.\-_A-Za-z0-9]+)((?!aws\.).*)|(\$(\.[\w_-]+(\[(\d+|\*)\])*)*)$`]:
    'the name of a source that does not begin with aws., such as shop.orders',
  [String.raw`^sg-[0-9a-zA-Z]*|(\$(\.[\w/_-]+(\[(\d+|\*)\])*)*)$`]:
    'the id of a security group, such as sg-0a1b2c3d, or a path in the event, such as $.detail.id',
  [String.raw`^subnet-[0-9a-z]*|(\$(\.[\w/_-]+(\[(\d+|\*)\])*)*)$`]:
    'the id of a subnet, such as subnet-0a1b2c3d, or a path in the event, such as $.detail.id',
  '^AWS::[a-zA-Z0-9]+::[a-zA-Z0-9]+$': 'a resource type, such as AWS::ResourceGroups::Generic',
  [String.raw`[-+]?[0-9]{1,2}(\.[0-9]{0,2})?`]: 'a latitude with at most 2 decimal places, such as 48.21',
  [String.raw`[-+]?[0-9]{1,3}(\.[0-9]{0,2})?`]: 'a longitude with at most 2 decimal places, such as 16.37',
  '^(?!arn:)[!-~]{1,1024}$':
    'a name of printable ASCII characters without spaces that does not begin with arn:, such as shop',
  '^(?!arn:)[!-~]{1,253}$':
    'a name of printable ASCII characters without spaces that does not begin with arn:, such as shop.local',
  [String.raw`^([a-zA-Z0-9]([a-zA-Z0-9\-]{0,61}[a-zA-Z0-9])?\.)+[a-zA-Z0-9]([a-zA-Z0-9\-]{0,61}[a-zA-Z0-9])?$`]:
    'a domain name, such as shop.example.com',
  [String.raw`^((?=^.{1,127}$)^([a-zA-Z0-9_][a-zA-Z0-9-_]{0,61}[a-zA-Z0-9_]|[a-zA-Z0-9])(\.([a-zA-Z0-9_][a-zA-Z0-9-_]{0,61}[a-zA-Z0-9_]|[a-zA-Z0-9]))*$)|(^\.$)$`]:
    'the name of a service, whose parts between dots have letters, digits, _ and -, such as orders',
  [String.raw`^(([0-9a-zA-Z_-]+(\/|\.))*[0-9A-Za-z_\\-]+(\.|::)[A-Za-z_][A-Za-z0-9_]*)?$`]:
    'a handler, such as index.handler',
};
/** Matches a pattern that lists whole values: `^(none|whitelist)$`, `true|false`. */
const LISTED = /^(?:\^\(([\w.-]+(?:\|[\w.-]+)+)\)\$|([\w.-]+(?:\|[\w.-]+)+))$/;

/** Returns the values that a pattern lists; undefined for a pattern of another form. */
export function valuesOfPattern(pattern: string): readonly string[] | undefined {
  const [, whole, bare] = LISTED.exec(pattern) ?? [];
  return (whole ?? bare)?.split('|');
}

/** Describes a value that matches the pattern: `a string that is not blank`; undefined if the pattern is not known. */
export function meaningOfPattern(pattern: string): string | undefined {
  const values = valuesOfPattern(pattern);
  if (values !== undefined) return `one of ${values.join(', ')}`;
  return Object.hasOwn(MEANINGS, pattern) ? MEANINGS[pattern] : arnOfPattern(pattern);
}

/**
 * Returns which characters a pattern permits, and how many: `1 to 64 characters (letters, digits and _ -)`.
 * Returns undefined for a pattern of another form.
 */
export function wordsOfPattern(pattern: string): string | undefined {
  const [, set, least, most] = WHOLE.exec(pattern) ?? [];
  if (set === undefined || set.startsWith('^')) return undefined;
  let rest = set.replaceAll(String.raw`\w`, 'a-zA-Z0-9_');
  const names: string[] = [];
  for (const [range, name] of RANGES)
    if (rest.includes(range)) {
      rest = rest.replace(range, '');
      if (!names.includes(name)) names.push(name);
    }
  // The rest of the set must consist of single characters, which may be escaped with a backslash.
  if (/\\[A-Za-z0-9]|[A-Za-z0-9]-|[^\\]-[^\\]*[A-Za-z0-9]/.test(rest)) return undefined;
  const others = [...new Set(rest.replaceAll(/\\(.)/g, '$1'))].join(' ');
  const kinds = [...names, ...(others === '' ? [] : [others])];
  const listed =
    kinds.length < 2 ? kinds.join('') : `${kinds.slice(0, -1).join(', ')} and ${kinds.at(-1) ?? ''}`;
  return most === undefined ? listed : `${least ?? '0'} to ${most} characters (${listed})`;
}
