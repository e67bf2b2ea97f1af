// What the visitor uses: few facts, each of which a helper asks for anyway, and none that is a fingerprint.

import { MAX_ATTRIBUTES, MAX_ATTRIBUTE_BYTES, type Client } from "../wire/peer";
import { cut } from "./cut";

// Names by the mark in the user agent string that tells them, in the order in which they must be looked for: a
// browser's string also holds the names of those that it resembles.
const BROWSERS = {
  Edge: /Edg\w*\/(\d+)/,
  Opera: /OPR\/(\d+)/,
  "Samsung Internet": /SamsungBrowser\/(\d+)/,
  Firefox: /(?:Firefox|FxiOS)\/(\d+)/,
  Chrome: /(?:Chrome|CriOS)\/(\d+)/,
  Safari: /Version\/([\d.]+).*Safari/,
};

// Versions only where the string still tells the truth: Windows and macOS have stood still in it for years.
const PLATFORMS = {
  Android: /Android ?([\d.]*)/,
  iOS: /iP(?:hone|od).*? OS ([\d_]+)/,
  iPadOS: /iPad.*? OS ([\d_]+)/,
  ChromeOS: /CrOS/,
  Windows: /Windows/,
  macOS: /Mac OS X/,
  Linux: /Linux/,
};

/** Reads a user agent string: `Firefox 153` and `Windows`, or empty texts for a browser that hides. */
export function readUserAgent(text: string): { browser: string; platform: string } {
  const find = (marks: Record<string, RegExp>): string => {
    for (const name in marks) {
      const found = marks[name]?.exec(text);
      if (found) return `${name} ${found[1] ?? ""}`.replaceAll("_", ".").trim();
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
        .map(([name, value]) => [cut(name, MAX_ATTRIBUTE_BYTES), cut(value, MAX_ATTRIBUTE_BYTES)]),
    ),
  };
}
