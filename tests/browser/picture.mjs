// Makes the picture of the README: a visitor's page and a helper's console in the middle of a conversation, side by side:
// node picture.mjs FILE

import { endAll, HelperHand, startBrowsers, VisitorHand } from "./people.mjs";
import { startServer } from "./server.mjs";

const file = process.argv[2];
if (!file) throw new Error("where does the picture go? node picture.mjs FILE");

const size = { width: 1180, height: 760 };
const server = await startServer();
const [theirs, ours] = await startBrowsers();
try {
  const look = { viewport: size, deviceScaleFactor: 2, reducedMotion: "reduce", locale: "en-GB" };
  const helper = await HelperHand.at(await ours.window(look), server.console);
  const page = await theirs.window(look);
  await page.goto(`${server.demo}product.html?item=arc-lamp&colour=forest-green`);
  const visitor = new VisitorHand(page);
  await visitor.button("Help").click();
  await visitor.is("waiting");
  await visitor.say("Does the arc lamp come with a longer cable?");
  await helper.accept();
  await visitor.is("connected");
  await helper.log.getByText(/longer cable/).waitFor();
  await helper.say("Hello! I have the same page open. Yes, three metres: choose it right under the colour.");
  await visitor.log.getByText(/three metres/).waitFor();
  await visitor.say("Found it, thank you!");
  await helper.log.getByText(/Found it/).waitFor();
  await visitor.log.getByText("Read").last().waitFor();
  const shots = await Promise.all([page, helper.page].map((each) => each.screenshot()));

  const [left, right] = shots.map((shot) => `data:image/png;base64,${shot.toString("base64")}`);
  const frame = (shot, caption) =>
    `<figure style="margin:0"><img src="${shot}" style="display:block;width:${size.width}px;border-radius:14px;box-shadow:0 4px 30px #0003"><figcaption style="margin-top:16px;text-align:center">${caption}</figcaption></figure>`;
  const sheet = await ours.window({ viewport: { width: 2 * size.width + 120, height: size.height + 130 }, deviceScaleFactor: 1 });
  await sheet.setContent(
    `<body style="margin:0;padding:40px;display:flex;gap:40px;background:#eef1ef;font:24px system-ui,sans-serif;color:#333">${frame(left, "The visitor’s page")}${frame(right, "The helper’s console")}</body>`,
  );
  await sheet.screenshot({ path: file, type: "jpeg", quality: 82 });
} finally {
  await endAll(theirs.close([/./]), ours.close([/./]), server.stop());
}
