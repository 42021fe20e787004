/**
 * Guesses the kind of a viewer's device from the `User-Agent`. CloudFront reports the kind to origins and functions of
 * edge-optimized APIs. AWS does not publish its rules, so the gateway looks for common words of each kind.
 * @see CloudFront developer guide, "Headers for determining the viewer's device type"
 */

type ViewerDevice = {
  readonly isAndroid: boolean;
  readonly isDesktop: boolean;
  readonly isIos: boolean;
  readonly isMobile: boolean;
  readonly isSmartTv: boolean;
  readonly isTablet: boolean;
};

const IS_TV = /smart-?tv|googletv|appletv|hbbtv|netcast|roku|bravia|crkey|\baft[a-z]{1,2}\b|web0s/i;
const IS_TABLET = /ipad|tablet|kindle|playbook/i;
const IS_PHONE = /iphone|ipod|windows phone|blackberry|bb10|mobile/i;
const IS_IOS = /iphone|ipad|ipod/i;
const IS_ANDROID = /android/i;

export function deviceOf(userAgent: string): ViewerDevice {
  const isSmartTv = IS_TV.test(userAgent);
  const isAndroid = IS_ANDROID.test(userAgent);
  const isPhone = IS_PHONE.test(userAgent);
  // The User-Agent of Android phones contains Mobile, but the User-Agent of Android tablets does not.
  const isTablet = !isSmartTv && (IS_TABLET.test(userAgent) || (isAndroid && !isPhone));
  // CloudFront may set both headers: "For some tablet devices, CloudFront sets both … to true."
  const isMobile = !isSmartTv && (isPhone || isTablet);
  return {
    isAndroid,
    isDesktop: !isSmartTv && !isMobile,
    isIos: IS_IOS.test(userAgent),
    isMobile,
    isSmartTv,
    isTablet,
  };
}
