// A real Firefox, as it is installed: driven over WebDriver BiDi, by the same words as Chromium.

import { firefox } from "playwright-core";

const PREFERENCES = {
  // Names for addresses take Firefox most of a second to find, which is not what is looked at here.
  "media.peerconnection.ice.obfuscate_host_addresses": false,
  // A desk has a mouse: without a screen Firefox says that nothing points, finely (2) or by hovering (4).
  "ui.allPointerCapabilities": 6,
  "ui.primaryPointerCapabilities": 6,
  // The list of what was saved opens over the window, and takes the focus from the page.
  "browser.download.alwaysOpenPanel": false,
  // Nothing is asked of the world outside.
  "app.normandy.enabled": false,
  "app.update.auto": false,
  "browser.safebrowsing.downloads.enabled": false,
  "browser.safebrowsing.malware.enabled": false,
  "browser.safebrowsing.phishing.enabled": false,
  "datareporting.policy.dataSubmissionEnabled": false,
  "extensions.getAddons.cache.enabled": false,
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
  "services.settings.server": "http://localhost:9/",
  "toolkit.telemetry.server": "http://localhost:9/",
};

/**
 * Starts one that finds nothing of the world outside by itself; what pages ask for is watched by whoever opens them. It
 * saves files in that folder, and is set as its person wants it.
 */
export const launchFirefox = ({ downloads, preferences }) =>
  firefox.launch({
    channel: "moz-firefox",
    executablePath: process.env.FIREFOX ?? "/usr/bin/firefox-esr",
    downloadsPath: downloads,
    firefoxUserPrefs: { ...PREFERENCES, ...preferences },
  });
