// Somebody who needs help, with a real Firefox: the same hand as at a Chromium, over WebDriver BiDi.

import puppeteer from "puppeteer-core";

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

/** Starts a Firefox of somebody's own. */
export async function startFirefox() {
  const browser = await puppeteer.launch({
    browser: "firefox",
    executablePath: process.env.FIREFOX ?? "/usr/bin/firefox-esr",
    headless: true,
    extraPrefsFirefox: PREFERENCES,
  });
  return {
    /** A window that shares nothing with the others. */
    async window() {
      const context = await browser.createBrowserContext();
      const page = await context.newPage();
      page.setDefaultTimeout(15_000);
      return page;
    },
    /** Closes all windows, as at the end of a test. */
    async leave() {
      await Promise.all(browser.browserContexts().filter((context) => context !== browser.defaultBrowserContext()).map((context) => context.close()));
    },
    close: () => browser.close(),
  };
}

/** Somebody at the widget in a Firefox. */
export class FirefoxHand {
  constructor(page) {
    this.page = page;
    this.log = { text: () => page.evaluate(() => document.querySelector("alongside-help").shadowRoot.querySelector("[role=log]").textContent) };
  }

  /** Presses what has this name, in the page or in the widget over it, as a person does. */
  async press(name) {
    const found = await this.page.waitForFunction(
      (name) => {
        const roots = [document, document.querySelector("alongside-help")?.shadowRoot].filter(Boolean);
        const all = roots.flatMap((root) => [...root.querySelectorAll("a, button")]);
        return all.find((element) => [element.ariaLabel, element.textContent.trim()].includes(name) && element.checkVisibility());
      },
      {},
      name,
    );
    await found.click();
  }

  /** Waits for what the host says of its state. */
  async is(state) {
    await this.page.waitForFunction((state) => document.querySelector("alongside-help")?.dataset.state === state, {}, state);
  }

  /** Waits until the page could be loaded again: the helper has left a way back. */
  async hasWayBack() {
    await this.page.waitForFunction(() => /"offer":"v=0/.test(Object.values(sessionStorage).join()));
  }

  async reads(text) {
    await this.page.waitForFunction(
      (text) => document.querySelector("alongside-help")?.shadowRoot.querySelector("[role=log]")?.textContent.includes(text),
      {},
      text,
    );
  }

  /** The messages of somebody that stand in the conversation, in order. */
  async heard(name) {
    return (await this.log.text()).match(new RegExp(`${name} \\d{4}`, "g")) ?? [];
  }
}
