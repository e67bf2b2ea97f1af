// A helper whose certificate is taken back in the middle of the day.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { endAll, HelperHand, startBrowsers, VisitorHand } from "./people.mjs";
import { startServer } from "./server.mjs";
import { html, snippet, startSite } from "./site.mjs";

let folder, denied, server, site, theirs, ours;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), "alongside-denied-"));
  denied = join(folder, "denied");
  writeFileSync(denied, "");
  server = await startServer({ more: ["--deny", denied] });
  site = await startSite({ "/": { html: html("A page", await snippet(server.origin)) } });
  [theirs, ours] = await startBrowsers();
});
after(async () => {
  rmSync(folder, { recursive: true, force: true });
  await endAll(theirs.close(), ours.close(), site.stop(), server.stop());
});

/** The id of the certificate in an invite: it is a JWT, and the only part that has one. */
function idIn(invite) {
  for (const part of invite.split("#invite=")[1].split(".")) {
    const { jti } = parsed(Buffer.from(part, "base64url").toString());
    if (jti) return jti;
  }
  throw new Error("no certificate in the invite");
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

test("is told why nobody comes any more, and goes on with whom they help", async () => {
  const helper = await HelperHand.at(await ours.window(), server.console);
  const page = await theirs.window();
  await page.goto(site.origin);
  const visitor = new VisitorHand(page);
  await visitor.press("Help");
  await helper.accept();
  await visitor.is("connected");

  writeFileSync(denied, `${idIn(server.console)}\n`);
  await helper.page.getByText("Your certificate has been withdrawn").waitFor();
  await helper.say("One moment.");
  await visitor.reads("One moment.");
  await visitor.say("Thank you.");
  await helper.reads("Thank you.");

  await helper.button("End session").click();
  await visitor.is("ended");
  // What was said can still be read and kept, until the helper lets go of it.
  await helper.reads("Thank you.");
  await helper.button("Save conversation").waitFor();
  await helper.button("Close").click();
  await helper.page.getByRole("alert").getByText("Your certificate has been withdrawn").waitFor();
});
