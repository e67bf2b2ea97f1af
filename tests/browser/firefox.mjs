// A real Firefox, as it is installed: driven over WebDriver BiDi, by the same words as Chromium.

import { firefox } from "playwright-core";

const PREFERENCES = {
  // Names for addresses take Firefox most of a second to find, which is not what is looked at here.
  "media.peerconnection.ice.obfuscate_host_addresses": false,
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

/** Starts one that finds nothing of the world outside by itself; what pages ask for is watched by whoever opens them. */
export const launchFirefox = () =>
  firefox.launch({
    channel: "moz-firefox",
    executablePath: process.env.FIREFOX ?? "/usr/bin/firefox-esr",
    firefoxUserPrefs: PREFERENCES,
  });
