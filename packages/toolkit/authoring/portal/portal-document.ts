/** Defines `access/portal.yml`. It determines what the portal offers to customers, and how it looks. */
import { KEY_PREFIX } from '@gatewright/handlers/access/keys/api-key';
import { STAGE_NAME } from '@gatewright/handlers/config/environment';
import type { JsonSchema } from '@gatewright/handlers/http/fields';
import { hasControls } from '@gatewright/handlers/http/fields';
import { ID_PATTERN } from '@gatewright/handlers/quota/plan/plan-fields';
import { secretPlace } from '../document/secret-place.ts';
import {
  described,
  either,
  integer,
  list,
  literal,
  object,
  oneOf,
  record,
  refine,
  text,
} from '../document/shape.ts';
import type { Shape, ShapeOf } from '../document/shape.ts';
import { findUnreadable } from './contrast.ts';

const API_URL = /^https:\/\/[A-Za-z0-9.-]{1,253}(:\d{1,5})?(\/[A-Za-z0-9._~/-]{0,200})?$/;
const LOCAL_URL = /^http:\/\/(127\.0\.0\.1|localhost)(:\d{1,5})?(\/[A-Za-z0-9._~/-]{0,200})?$/;
/** Matches a text of one line that does not consist only of white space. */
const LINE = (limit: number): RegExp => new RegExp(`^(?=.*\\S)[^\\n\\r]{1,${limit}}$`, 'u');

function line(limit: number, what: string): Shape<string> {
  return refine(text(LINE(limit), `${what}, at most ${limit} characters in one line`), {}, (value) =>
    hasControls(value) ? 'must not contain control characters' : undefined,
  );
}

/** Returns the shape of a text of several paragraphs, which are separated by empty lines. */
function paragraphs(limit: number): Shape<string> {
  return refine(
    text(new RegExp(`^(?=[^]*\\S)[^]{1,${limit}}$`, 'u'), `a text of at most ${limit} characters`),
    {},
    (value) =>
      value.split(/\r?\n/).some((each) => hasControls(each.replaceAll('\t', ' ')))
        ? 'must not contain control characters'
        : undefined,
  );
}

const COLOUR = refine(
  text(/^#[0-9a-fA-F]{6}$/, "a colour of six hexadecimal digits in quotes, such as '#0b5fa5'"),
  {},
  findUnreadable,
);

const FILE = (what: string): Shape<string> =>
  text(
    /^(?!\/)(?!.*\/\/)[A-Za-z0-9._/ -]{1,200}$/,
    `the path of ${what}, relative to the folder of this file`,
  );

const PLAN_ID = text(ID_PATTERN, 'the id of a customer plan: letters, digits, dots, _ and -, such as pro');

const PLAN = object(
  {
    plan: PLAN_ID,
    title: described(line(60, 'a title'), 'Name under which customers see the plan.'),
    changesTo: described(
      list(PLAN_ID, 0, 20),
      'Plans to which a customer with this plan may change. Each of these plans must also be offered in this document.',
    ),
    from: described(
      oneOf('now', 'next-month'),
      'When a change to this plan comes into force: at once, or when the next month (UTC) begins.',
    ),
  },
  { summary: described(line(200, 'a summary'), 'Who the plan is for.') },
);

const NAMES = (what: string): Shape<readonly string[]> =>
  list(text(/^[A-Za-z][A-Za-z0-9_:.-]{0,63}$/, `the name of a ${what}, such as orders-reader`), 0, 50);

const KEYS = object(
  {
    prefix: described(
      text(KEY_PREFIX, 'letters and digits, at most one _ between them, such as shop_live'),
      'Prefix of the keys: the prefix of an apiKey issuer in an access document.',
    ),
    most: described(
      integer(1, 100),
      'Maximum number of keys of a customer that are neither revoked nor expired.',
    ),
  },
  {
    roles: described(NAMES('role'), 'Roles of the keys that customers make. Default: none.'),
    scopes: described(NAMES('scope'), 'Scopes of the keys that customers make. Default: none.'),
    lifetimeDays: described(integer(1, 3650), 'Number of days after which keys expire. Default: never.'),
  },
);

const URL_OF_API = text(API_URL, 'an https URL without a query, such as https://api.example.com/v1');
const URL_OF_STAGE = text(
  new RegExp(`${API_URL.source}|${LOCAL_URL.source}`),
  'an https URL without a query, such as https://api.example.com/v1, or in a local stage http://127.0.0.1:3000/dev',
);

const API = object(
  {
    id: text(/^[a-z0-9][a-z0-9-]{0,62}$/, 'a name of lower-case letters, digits and -, such as orders'),
    title: described(line(60, 'a title'), 'Name under which customers see the API.'),
    url: described(
      either(
        URL_OF_API,
        record(STAGE_NAME, 'a stage of this stack', URL_OF_STAGE, 1, 20),
        (value) => typeof value !== 'object',
      ),
      'Base URL of the API, which try-it in the portal calls: one for all stages, or one for each stage. Stages without a URL do not offer the API.',
    ),
    openapi: described(
      FILE('an OpenAPI document'),
      'OpenAPI 3.0 or 3.1 in JSON or YAML, at most 500 KB. The portal shows it as the API reference.',
    ),
  },
  {},
);

const WEBHOOK = object(
  {
    source: described(
      text(/^[a-z0-9][a-z0-9-]{0,62}$/, 'the name of a source in webhooks.yml, such as orders'),
      'A source of webhooks.yml with secrets: customers.',
    ),
    title: described(line(60, 'a title'), 'Name under which customers see the source.'),
  },
  {
    most: described(
      integer(1, 50),
      'Maximum number of endpoints of a customer that are not revoked. Default: 5.',
    ),
    url: described(
      either(
        URL_OF_API,
        record(STAGE_NAME, 'a stage of this stack', URL_OF_STAGE, 1, 20),
        (value) => typeof value !== 'object',
      ),
      "Base URL of the receiver behind a domain of your own, such as https://hooks.example.com/webhooks: one for all stages, or one for each stage. Default: the address of the stack's API.",
    ),
  },
);

const SIGN_IN = object(
  {
    issuer: described(
      text(
        /^(local|https:\/\/[A-Za-z0-9.-]{1,253}(:\d{1,5})?(\/[A-Za-z0-9._~/-]{0,200})?)$/,
        'the https URL of an issuer, such as https://login.example.com, or local',
      ),
      "The OpenID Connect provider, exactly as in `iss` of its tokens. The value `local` stands for the local gateway's own issuer, and works on a developer's machine only.",
    ),
    clientId: text(/^[\x21-\x7e]{1,200}$/, 'a client id that is registered with the issuer'),
    label: described(line(60, 'the text of the button'), 'Text of the sign-in button.'),
  },
  {
    clientSecret: described(
      secretPlace({
        parameter: 'SecureString in the SSM Parameter Store.',
        secret: 'Plain text in Secrets Manager.',
      }),
      'Where the client secret is stored. Default: none, for a public client.',
    ),
    scopes: described(
      list(text(/^[\x21\x23-\x5b\x5d-\x7e]{1,100}$/, 'a scope of OAuth, such as email'), 1, 20),
      'Requested scopes. They must contain openid. Default: openid, email, profile.',
    ),
  },
);

const MAIL = object(
  {
    from: described(
      text(
        /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+$/,
        'an email address, such as portal@example.com',
      ),
      'Sender of alerts. Amazon SES must have verified the address or its domain.',
    ),
  },
  {},
);

export const PORTAL_DOCUMENT = object(
  {
    version: literal(1),
    name: described(line(60, 'a name'), 'Name of the portal, such as the name of your product.'),
    colour: described(
      COLOUR,
      'Colour of buttons and marks. White or near-black text on it must have a contrast of at least 4.5:1.',
    ),
    plans: described(list(PLAN, 1, 20), 'Plans that customers see.'),
  },
  {
    $schema: text(/^\S{1,400}$/, 'the path of portal.schema.json'),
    logo: described(FILE('an image'), 'PNG, JPEG, WebP or GIF of at most 100 KB. SVG is refused.'),
    welcome: described(paragraphs(2000), 'Text of the sign-in page. An empty line begins a paragraph.'),
    help: described(paragraphs(4000), 'How customers get help. Plain text.'),
    terms: described(paragraphs(20_000), 'Terms of use. Plain text.'),
    keys: described(KEYS, 'Keys that customers create. Default: customers cannot create keys.'),
    apis: described(list(API, 0, 20), 'APIs with a reference in the portal.'),
    webhooks: described(
      list(WEBHOOK, 1, 10),
      'Webhooks that customers send to you, with secrets that they create in the portal. Default: none.',
    ),
    signIn: described(
      record(STAGE_NAME, 'a stage of this stack', SIGN_IN, 0, 20),
      'How members sign in, for each stage. In other stages, members sign in by invitation only.',
    ),
    mail: described(MAIL, 'Default: no mail is sent.'),
  },
);

export type PortalText = ShapeOf<typeof PORTAL_DOCUMENT>;

/** Returns the schema that editors use for completion. `access/portal.schema.json` is its printed form. */
export function portalSchema(): JsonSchema {
  const { schema }: Shape<unknown> = PORTAL_DOCUMENT;
  return { $schema: 'http://json-schema.org/draft-07/schema#', title: 'Gatewright portal', ...schema };
}
