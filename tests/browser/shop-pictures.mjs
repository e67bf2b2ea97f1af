// Makes a picture of every page of the demo shop, in each look: node shop-pictures.mjs DIR
//
// Each is of the whole page, however long. They are for eyes, as those of screenshots.mjs are.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { startBrowser } from "./people.mjs";
import { startServer } from "./server.mjs";
import { SHOP_PAGES } from "./shop-pages.mjs";

const LOOKS = {
  light: { colorScheme: "light", viewport: { width: 1280, height: 800 } },
  dark: { colorScheme: "dark", viewport: { width: 1280, height: 800 } },
  phone: { colorScheme: "light", viewport: { width: 390, height: 780 }, hasTouch: true },
  "phone-dark": { colorScheme: "dark", viewport: { width: 390, height: 780 }, hasTouch: true },
  contrast: { forcedColors: "active", viewport: { width: 1280, height: 800 } },
};

/** Takes them all, or those whose names hold one of the words. */
export async function takeShopPictures(folder, wanted = []) {
  mkdirSync(folder, { recursive: true });
  const server = await startServer();
  const browser = await startBrowser();
  let count = 0;
  try {
    for (const [look, options] of Object.entries(LOOKS)) {
      for (const [name, open] of Object.entries(SHOP_PAGES)) {
        const file = `${look}-shop-${name}.png`;
        if (wanted.length > 0 && !wanted.some((word) => file.includes(word))) continue;
        const page = await browser.window({ ...options, reducedMotion: "reduce" });
        await open(page, server.demo);
        await page.locator("alongside-help").waitFor({ state: "attached" });
        await page.waitForTimeout(150);
        await page.screenshot({ path: join(folder, file), fullPage: true });
        count += 1;
        await browser.leave();
      }
    }
  } finally {
    await Promise.allSettled([server.stop(), browser.close([/./])]);
  }
  console.log(`shop: ${count} pictures in ${folder}`);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [folder = "out", ...wanted] = process.argv.slice(2);
  await takeShopPictures(folder, wanted);
}
