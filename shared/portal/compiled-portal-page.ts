/** The content of `access/portal-page.compiled.json`: what `portal-page` serves. It has no secrets and no rights. */

export type CompiledPortalPage = {
  /** Keys are paths below the portal without a leading slash; the page itself has the empty path. */
  readonly files: Readonly<Record<string, PortalFile>>;
  /** Absent if the service has no `access/portal.yml`. */
  readonly about?: PortalBrand;
};

export type PortalFile = {
  /** The value of `content-type`. */
  readonly type: string;
  readonly body: string;
  readonly isBase64?: true;
  /** The value of `etag`, with quotes. */
  readonly etag: string;
  /** The path contains a hash of the content, so the content never changes. */
  readonly isHashed?: true;
};

/** The owner's description and offers, for all stages. */
export type PortalBrand = {
  readonly name: string;
  /** Such as `#0b5fa5`. */
  readonly colour: string;
  /** A path below the portal. */
  readonly logo?: string;
  readonly welcome?: string;
  readonly help?: string;
  readonly terms?: string;
  readonly apis: readonly PortalApi[];
  /** The stages in which customers create secrets for webhooks. Absent if there are none. */
  readonly webhooks?: readonly string[];
  /** The text of the sign-in button by stage. In other stages, members sign in by invitation. */
  readonly signIn: Readonly<Record<string, string>>;
};

type PortalApi = {
  readonly id: string;
  readonly title: string;
  /** One URL for all stages, or a URL by stage. The API is not offered in other stages. */
  readonly url: string | Readonly<Record<string, string>>;
  /** A path below the portal. */
  readonly reference: string;
};

/** Returns the URL of the API in this stage; undefined if the portal does not offer the API in this stage. */
export function urlInStage({ url }: Pick<PortalApi, 'url'>, stage: string): string | undefined {
  if (typeof url === 'string') return url;
  return Object.hasOwn(url, stage) ? url[stage] : undefined;
}

/** Returns the file as imported, because only the build writes and checks it. */
export function parseCompiledPortalPage(json: unknown): CompiledPortalPage {
  return json as CompiledPortalPage;
}
