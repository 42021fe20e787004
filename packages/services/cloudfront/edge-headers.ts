/**
 * Headers that CloudFront adds by itself, as far as they can be known here (developer guide, "Adding
 * CloudFront request headers"). Country, city, ASN and TLS are unknown: their headers are absent.
 */
import type { ViewerRequest } from './viewer-request.ts';

const IS_TABLET = /ipad|tablet|kindle|silk(?!.*mobile)|playbook|android(?!.*mobile)/i;
const IS_TV = /smart-?tv|googletv|appletv|hbbtv|netcast|roku|bravia|crkey|aft[a-z]{1,2}\b|tizen.*tv|web0s/i;
const IS_PHONE = /iphone|ipod|android.*mobile|windows phone|blackberry|bb10|mobile/i;
const IS_IOS = /iphone|ipad|ipod/i;
const IS_ANDROID = /android/i;

const FACTS: Readonly<Record<string, (request: ViewerRequest) => string | undefined>> = {
  'cloudfront-forwarded-proto': ({ protocol }) => protocol,
  'cloudfront-viewer-http-version': () => '1.1',
  'cloudfront-viewer-address': ({ remoteAddress, remotePort }) => `${remoteAddress}:${remotePort}`,
  'cloudfront-viewer-header-count': ({ headers }) => String(headers.lines.length / 2),
  'cloudfront-viewer-header-order': ({ headers }) =>
    headers.lines
      .filter((_, index) => index % 2 === 0)
      .join(':')
      .slice(0, MAX_ORDER),
  'cloudfront-is-android-viewer': byAgent((agent) => IS_ANDROID.test(agent)),
  'cloudfront-is-ios-viewer': byAgent((agent) => IS_IOS.test(agent)),
  'cloudfront-is-smarttv-viewer': byAgent((agent) => IS_TV.test(agent)),
  'cloudfront-is-tablet-viewer': byAgent(isTablet),
  // "For some tablet devices, CloudFront sets both … to true."
  'cloudfront-is-mobile-viewer': byAgent(
    (agent) => !IS_TV.test(agent) && (IS_PHONE.test(agent) || isTablet(agent)),
  ),
  'cloudfront-is-desktop-viewer': byAgent(
    (agent) => !IS_TV.test(agent) && !IS_PHONE.test(agent) && !isTablet(agent),
  ),
};

const MAX_ORDER = 7_680;

function isTablet(agent: string): boolean {
  return !IS_TV.test(agent) && IS_TABLET.test(agent);
}

function byAgent(test: (agent: string) => boolean): (request: ViewerRequest) => string {
  return ({ headers }) => String(test(headers.last('user-agent') ?? ''));
}

/** Undefined for those that cannot be known. @param lowerName `cloudfront-is-mobile-viewer` */
export function edgeHeader(lowerName: string, request: ViewerRequest): string | undefined {
  return Object.hasOwn(FACTS, lowerName) ? FACTS[lowerName]?.(request) : undefined;
}

export function isKnownEdgeHeader(lowerName: string): boolean {
  return Object.hasOwn(FACTS, lowerName);
}

const SPELLING: Readonly<Record<string, string>> = {
  ios: 'IOS',
  smarttv: 'SmartTV',
  http: 'Http',
  asn: 'ASN',
  tls: 'TLS',
  cloudfront: 'CloudFront',
};

/** `CloudFront-Is-Mobile-Viewer` */
export function spellEdgeHeader(lowerName: string): string {
  return lowerName
    .split('-')
    .map((part) => SPELLING[part] ?? part.charAt(0).toUpperCase() + part.slice(1))
    .join('-');
}
