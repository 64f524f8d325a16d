// @ts-check
/** Which browser engine and which system this is, by what the browser says of itself. Pure. */

/** @typedef {'blink' | 'gecko' | 'webkit'} Engine */
/** @typedef {'android' | 'ios' | 'linux' | 'macos' | 'windows'} System */
/** What a browser says of itself. @typedef {Pick<Navigator, 'userAgent'> & Partial<Pick<Navigator, 'platform' | 'maxTouchPoints'>>} Facts */

/** @param {Facts} facts @returns {Engine | null} */
export function engineOf(facts) {
  const { userAgent } = facts;
  if (systemOf(facts) === 'ios') return 'webkit'; // every browser there, whatever its name
  if (/Firefox\//.test(userAgent)) return 'gecko';
  if (/Chrom(e|ium)\//.test(userAgent)) return 'blink';
  return /AppleWebKit\//.test(userAgent) ? 'webkit' : null;
}

/** @param {Facts} facts @returns {System | null} */
export function systemOf({ userAgent, platform = '', maxTouchPoints = 0 }) {
  if (/iPhone|iPad|iPod/.test(userAgent)) return 'ios';
  if (/Android/.test(userAgent)) return 'android';
  if (/Windows/.test(userAgent)) return 'windows';
  if (/Linux|CrOS/.test(platform)) return 'linux'; // WebKitGTK calls itself a Macintosh before some sites
  if (/Macintosh/.test(userAgent)) return maxTouchPoints > 1 ? 'ios' : 'macos'; // an iPad that asks for desktop pages
  return /Linux|CrOS/.test(userAgent) ? 'linux' : null;
}
