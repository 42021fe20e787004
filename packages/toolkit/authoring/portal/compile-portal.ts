/**
 * Compiles `access/portal.yml` to the data that the functions of the portal read, and to the files that `portal-page`
 * serves.
 */
import type {
  CompiledPortal,
  OfferedWebhooks,
  PortalSignIn,
} from '@gatewright/handlers/portal/compiled-portal';
import { urlInStage } from '@gatewright/handlers/portal/compiled-portal-page';
import type { CompiledPortalPage, PortalFile } from '@gatewright/handlers/portal/compiled-portal-page';
import type { CompiledSource } from '@gatewright/handlers/webhooks/compiled-webhooks';
import { isDocumentName } from '../files/access-folder.ts';
import { readShaped } from '../document/read-document.ts';
import type { Problem } from '../document/read-document.ts';
import { compileSecret } from '../document/secret-place.ts';
import type { Path } from '../document/shape.ts';
import { imageTypeOf } from './image-type.ts';
import { inkOn } from './contrast.ts';
import { hashedFile, iconOf, pageFiles, plainFile, styleOf } from './page-assets.ts';
import type { PageSources } from './page-assets.ts';
import { PORTAL_DOCUMENT } from './portal-document.ts';
import type { PortalText } from './portal-document.ts';
import { findKeyFault } from './offered-keys.ts';
import type { KeyDocuments } from './offered-keys.ts';
import { reduceOpenApi } from './reduce-openapi.ts';

const DAY_SECONDS = 86_400;
const LOGO_LIMIT_BYTES = 100_000;
const OPENAPI_LIMIT_BYTES = 500_000;
/**
 * The maximum size of all references together. A response of a function has at most 6 MB, and the compiled file is
 * loaded at each cold start.
 */
const REFERENCES_LIMIT_BYTES = 3_000_000;
const USUAL_ENDPOINTS = 5;
const USUAL_SCOPES = ['openid', 'email', 'profile'];

export type PortalBuild =
  | { readonly kind: 'compiled'; readonly portal: CompiledPortal; readonly page: CompiledPortalPage }
  | { readonly kind: 'invalid'; readonly problems: readonly Problem[] };

export type PortalSurroundings = {
  /** Opens a file next to the document. `file` names it in messages. Returns undefined if it cannot be read. */
  readonly open: (
    path: string,
    limitBytes: number,
  ) => { readonly file: string; readonly bytes: Uint8Array } | 'too large' | undefined;
  /** The built page by file name. */
  readonly page: PageSources;
  /**
   * The sources of `access/webhooks.yml`. `sources` is undefined if that file has errors, which are reported
   * separately. A portal that offers webhooks is then not compiled, without a further message.
   */
  readonly sources?: readonly CompiledSource[] | undefined;
  /**
   * The access documents. `access` is undefined if the documents have errors or unknown routes, which are reported
   * separately; `keys` is then not compared with them.
   */
  readonly access?: KeyDocuments | undefined;
  /** The stages in one of which the keys must be accepted. Default: the stages that the documents name. */
  readonly stages?: readonly string[] | undefined;
};

type Report = (path: Path, message: string) => void;

/** Reads and compiles the document. `file` is used only in messages about problems. Never throws. */
export function compilePortal(
  documentText: string,
  file: string,
  { open, page, sources, access, stages }: PortalSurroundings,
): PortalBuild {
  const reading = readShaped(documentText, file, PORTAL_DOCUMENT);
  if (reading.kind === 'invalid') return reading;
  const { document, locate } = reading;
  const problems: Problem[] = [];
  const report: Report = (path, message) => problems.push(locate(path, message));
  checkPlans(document, report);
  checkSignIn(document, report);
  if (sources !== undefined) checkWebhooks(document, sources, report);
  if (access !== undefined) checkKeys(document, access, { stages, report });
  const logo = readLogo(document, open, report);
  const references = readReferences(document, { open, report, problems });
  if (problems.length > 0 || (sources === undefined && document.webhooks !== undefined))
    return { kind: 'invalid', problems: sorted(problems) };
  return {
    kind: 'compiled',
    portal: compileOffers(document, sources ?? []),
    page: compilePage(document, page, { logo, references, sources: sources ?? [] }),
  };
}

function sorted(problems: readonly Problem[]): readonly Problem[] {
  return problems.toSorted((a, b) => a.file.localeCompare(b.file) || a.line - b.line || a.column - b.column);
}

function checkPlans({ plans }: PortalText, report: Report): void {
  const offered = plans.map(({ plan }) => plan);
  for (const [index, { plan, changesTo }] of plans.entries()) {
    if (offered.indexOf(plan) < index)
      report(['plans', index, 'plan'], `the plan "${plan}" is offered twice: remove one of the entries`);
    for (const [at, other] of changesTo.entries()) {
      const place = ['plans', index, 'changesTo', at];
      if (other === plan) report(place, `"${other}" is the plan itself: remove it from changesTo`);
      else if (!offered.includes(other))
        report(place, `"${other}" is not offered: offer it in plans, or remove it from changesTo`);
    }
  }
}

function checkSignIn({ signIn = {}, apis = [] }: PortalText, report: Report): void {
  for (const [stage, { scopes }] of Object.entries(signIn))
    if (scopes !== undefined && !scopes.includes('openid'))
      report(['signIn', stage, 'scopes'], 'must contain openid, because sign-in needs an id token');
  for (const [index, { id }] of apis.entries())
    if (apis.findIndex((other) => other.id === id) < index)
      report(['apis', index, 'id'], `the id "${id}" is used twice: choose another id`);
}

function checkWebhooks(
  { webhooks = [] }: PortalText,
  sources: readonly CompiledSource[],
  report: Report,
): void {
  for (const [index, { source }] of webhooks.entries()) {
    const place = ['webhooks', index, 'source'];
    const known = sources.find(({ name }) => name === source);
    if (webhooks.findIndex((other) => other.source === source) < index)
      report(place, `the source "${source}" is offered twice: remove one of the entries`);
    else if (known === undefined)
      report(
        place,
        `webhooks.yml has no source "${source}": add the source to webhooks.yml, or remove the entry`,
      );
    else if (known.secretsOf === undefined)
      report(
        place,
        `customers have no secrets for the source "${source}": write secrets: customers for this source in webhooks.yml, or remove the entry`,
      );
  }
}

function checkKeys(
  { keys }: PortalText,
  access: KeyDocuments,
  { stages, report }: { readonly stages: readonly string[] | undefined; readonly report: Report },
): void {
  const fault = keys && findKeyFault(keys, access, stages);
  if (fault !== undefined) report(['keys', fault.member], fault.message);
}

type Logo = { readonly name: string; readonly file: PortalFile };

function readLogo({ logo }: PortalText, open: PortalSurroundings['open'], report: Report): Logo | undefined {
  if (logo === undefined) return undefined;
  const opened = open(logo, LOGO_LIMIT_BYTES);
  const image = typeof opened === 'object' ? imageTypeOf(opened.bytes) : undefined;
  if (opened === undefined) report(['logo'], `${logo} cannot be read: correct the path, or add the file`);
  else if (opened === 'too large')
    report(['logo'], `${logo} is larger than 100 KB: make the image smaller; 400 pixels are wide enough`);
  else if (image === undefined)
    report(
      ['logo'],
      `${logo} is not a PNG, JPEG, WebP or GIF: convert it; SVG is refused, because it may contain scripts`,
    );
  else {
    const body = Buffer.from(opened.bytes).toString('base64');
    return hashedFile(`logo${image.ending}`, { type: image.type, body, isBase64: true });
  }
  return undefined;
}

type References = ReadonlyMap<string, string>;

/** Returns the reduced OpenAPI documents by id of the API. */
function readReferences(
  { apis = [] }: PortalText,
  { open, report, problems }: { open: PortalSurroundings['open']; report: Report; problems: Problem[] },
): References {
  const references = new Map<string, string>();
  let bytes = 0;
  for (const [index, { id, openapi }] of apis.entries()) {
    const place = ['apis', index, 'openapi'];
    if (isDocumentName(openapi.replace(/^(?:\.\/)+/, ''))) {
      const better = openapi.replace(/\.ya?ml$/, '.openapi.yml');
      report(
        place,
        `${openapi} would be read as an access document: rename it to ${better}, or put it into another folder`,
      );
      continue;
    }
    const opened = open(openapi, OPENAPI_LIMIT_BYTES);
    if (opened === undefined) report(place, `${openapi} cannot be read: correct the path, or add the file`);
    else if (opened === 'too large')
      report(place, `${openapi} is larger than 500 KB: offer it as several APIs, or remove long examples`);
    else {
      const reference = reduceOpenApi(Buffer.from(opened.bytes).toString('utf8'), opened.file);
      if (reference.kind === 'invalid') problems.push(...reference.problems);
      else {
        bytes += reference.text.length;
        references.set(id, reference.text);
      }
    }
  }
  if (bytes > REFERENCES_LIMIT_BYTES)
    report(['apis'], 'the OpenAPI documents are larger than 3 MB in total: offer fewer APIs');
  return references;
}

function compileOffers(
  { name, plans, keys, webhooks, signIn = {}, mail }: PortalText,
  sources: readonly CompiledSource[],
): CompiledPortal {
  return {
    offers: {
      name,
      plans,
      ...(keys && {
        keys: {
          prefix: keys.prefix,
          roles: keys.roles ?? [],
          scopes: keys.scopes ?? [],
          most: keys.most,
          ...(keys.lifetimeDays !== undefined && { lifetimeSeconds: keys.lifetimeDays * DAY_SECONDS }),
        },
      }),
      ...(webhooks && { webhooks: webhooks.map((offered) => compileWebhook(offered, sources)) }),
    },
    signIn: Object.fromEntries(
      Object.entries(signIn).map(
        ([stage, { clientSecret, scopes = USUAL_SCOPES, ...rest }]): [string, PortalSignIn] => [
          stage,
          { ...rest, scopes, ...(clientSecret && { clientSecret: compileSecret(clientSecret) }) },
        ],
      ),
    ),
    ...(mail && { mail }),
  };
}

/** The stages of the source are the stages that have a master secret. */
function compileWebhook(
  { source, title, most = USUAL_ENDPOINTS, url }: NonNullable<PortalText['webhooks']>[number],
  sources: readonly CompiledSource[],
): OfferedWebhooks {
  const stages = sources
    .filter(({ name }) => name === source)
    .map(({ stage, scheme, secret }) => {
      const own = url === undefined ? undefined : urlInStage({ url }, stage);
      return [stage, { scheme, masterSecret: secret, ...(own !== undefined && { url: own }) }] as const;
    });
  return { source, title, most, stages: Object.fromEntries(stages) };
}

function compilePage(
  document: PortalText,
  page: PageSources,
  {
    logo,
    references,
    sources,
  }: {
    readonly logo: Logo | undefined;
    readonly references: References;
    readonly sources: readonly CompiledSource[];
  },
): CompiledPortalPage {
  const { name, colour, welcome, help, terms, apis = [], webhooks = [], signIn = {} } = document;
  const offered = sources.filter((source) => webhooks.some((each) => each.source === source.name));
  const ink = inkOn(colour);
  const own = new Map([
    ...page,
    ['brand.css', styleOf(colour, ink)],
    ['icon.svg', iconOf(name, colour, ink)],
  ]);
  const shown = apis.map(({ id, title, url }) => {
    const file = plainFile(`apis/${id}.json`, { type: 'application/json', body: references.get(id) ?? '' });
    return { file, api: { id, title, url, reference: file.name } };
  });
  const files = [...pageFiles(own, name), ...(logo ? [logo] : []), ...shown.map(({ file }) => file)];
  return {
    files: Object.fromEntries(files.map((each) => [each.name, each.file])),
    about: {
      name,
      colour,
      ...(logo && { logo: logo.name }),
      ...(welcome !== undefined && { welcome }),
      ...(help !== undefined && { help }),
      ...(terms !== undefined && { terms }),
      apis: shown.map(({ api }) => api),
      ...(offered.length > 0 && { webhooks: [...new Set(offered.map(({ stage }) => stage))] }),
      signIn: Object.fromEntries(Object.entries(signIn).map(([stage, { label }]) => [stage, label])),
    },
  };
}
