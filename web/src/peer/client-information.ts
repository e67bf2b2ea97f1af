// What the visitor uses: few facts, each of which a helper asks for anyway, and none that is a fingerprint.

import { MAX_ATTRIBUTES, MAX_ATTRIBUTE_BYTES, type Client } from "../wire/peer";
import { cut } from "./cut";

// Names in the order in which they must be looked for: a browser's string also holds the names of those that
// it resembles.
const BROWSERS: [RegExp, string][] = [
  [/\bEdg(?:e|A|iOS)?\/(\d+)/, "Edge"],
  [/\bOPR\/(\d+)/, "Opera"],
  [/\bSamsungBrowser\/(\d+)/, "Samsung Internet"],
  [/\b(?:Firefox|FxiOS)\/(\d+)/, "Firefox"],
  [/\b(?:(?:Headless)?Chrome|CriOS)\/(\d+)/, "Chrome"],
  [/\bVersion\/([\d.]+).*\bSafari\//, "Safari"],
];

// Versions only where the string still tells the truth: Windows and macOS have stood still in it for years.
const PLATFORMS: [RegExp, string][] = [
  [/\bAndroid ?([\d.]*)/, "Android"],
  [/\b(?:iPhone|iPod).*? OS ([\d_]+)/, "iOS"],
  [/\biPad.*? OS ([\d_]+)/, "iPadOS"],
  [/\bCrOS\b()/, "ChromeOS"],
  [/\bWindows\b()/, "Windows"],
  [/\bMac OS X\b()/, "macOS"],
  [/\bLinux\b()/, "Linux"],
];

/** Reads a user agent string: `Firefox 153` and `Windows`, or empty texts for a browser that hides. */
export function readUserAgent(text: string): { browser: string; platform: string } {
  const find = (table: [RegExp, string][]): string => {
    for (const [pattern, name] of table) {
      const found = pattern.exec(text);
      if (found) return `${name} ${(found[1] ?? "").replaceAll("_", ".")}`.trim();
    }
    return "";
  };
  return { browser: find(BROWSERS), platform: find(PLATFORMS) };
}

/** Gathers what the visitor uses, with what the site adds; texts above their limits are cut. */
export function clientInformation(attributes: Record<string, string>): Client {
  return {
    ...readUserAgent(navigator.userAgent),
    language: cut(navigator.language, MAX_ATTRIBUTE_BYTES),
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone ?? "",
    screen: { width: screen.width, height: screen.height, scale: devicePixelRatio },
    attributes: Object.fromEntries(
      Object.entries(attributes)
        .slice(0, MAX_ATTRIBUTES)
        .map(([name, value]) => [cut(name, MAX_ATTRIBUTE_BYTES), cut(String(value), MAX_ATTRIBUTE_BYTES)]),
    ),
  };
}
