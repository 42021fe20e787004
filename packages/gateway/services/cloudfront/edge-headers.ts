/**
 * Headers that CloudFront adds, if the gateway knows their values (developer guide, "Adding CloudFront request
 * headers"). Country, city, ASN and TLS are unknown, so their headers are absent.
 */
import { deviceOf } from '../../core/events/viewer-device.ts';
import type { ViewerRequest } from './viewer-request.ts';

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
  'cloudfront-is-android-viewer': (request) => String(device(request).isAndroid),
  'cloudfront-is-desktop-viewer': (request) => String(device(request).isDesktop),
  'cloudfront-is-ios-viewer': (request) => String(device(request).isIos),
  'cloudfront-is-mobile-viewer': (request) => String(device(request).isMobile),
  'cloudfront-is-smarttv-viewer': (request) => String(device(request).isSmartTv),
  'cloudfront-is-tablet-viewer': (request) => String(device(request).isTablet),
};

const MAX_ORDER = 7_680;

function device({ headers }: ViewerRequest): ReturnType<typeof deviceOf> {
  return deviceOf(headers.last('user-agent') ?? '');
}

/**
 * Returns the value of a header; undefined for headers that cannot be known.
 * @param lowerName the header's name in lower case, for example `cloudfront-is-mobile-viewer`
 */
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

/** Returns the header's name as CloudFront spells it, for example `CloudFront-Is-Mobile-Viewer`. */
export function spellEdgeHeader(lowerName: string): string {
  return lowerName
    .split('-')
    .map((part) => SPELLING[part] ?? part.charAt(0).toUpperCase() + part.slice(1))
    .join('-');
}
