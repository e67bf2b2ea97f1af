// Every pairing of the two sides, each in every form it has, through one story.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";

import { LEFT } from "./browser-words.mjs";
import { freePort } from "./free-port.mjs";
import { endAgents } from "./native.mjs";
import { endAll, startBrowser } from "./people.mjs";
import { startServer } from "./server.mjs";
import { ConsoleHelper, FollowedVisitor, TerminalHelper, TerminalVisitor, WidgetVisitor } from "./sides.mjs";

let server, theirs, ours;
before(async () => {
  server = await startServer();
  [theirs, ours] = await Promise.all([startBrowser({ port: await freePort() }), startBrowser()]);
});
afterEach(async () => {
  await Promise.all([theirs.leave(), ours.leave(), endAgents()]);
});
after(async () => {
  await endAll(theirs.close([LEFT]), ours.close(), server.stop());
});

const title = "Nook, good things for a small desk";

async function connected(Visitor, Helper) {
  const helper = await Helper.at(ours, server.console);
  const visitor = await Visitor.at(theirs, server.demo);
  await helper.accept();
  await Promise.all([visitor.connected("Demo helper"), helper.connected()]);
  return { helper, visitor };
}

async function close({ visitor, helper }) {
  await visitor.close();
  await helper.close();
}

for (const Visitor of [WidgetVisitor, TerminalVisitor, FollowedVisitor]) {
  for (const Helper of [ConsoleHelper, TerminalHelper]) {
    const names = `${Visitor.form} with ${Helper.form}`;

    test(`${names}: page, client information, chat with its marks, navigation, the visitor ends`, async () => {
      const pair = await connected(Visitor, Helper);
      const { visitor, helper } = pair;
      await helper.sees(server.demo, title);
      await helper.knows(/Linux/);

      for (const n of [1, 2, 3]) await visitor.say(`question ${n}`);
      for (const n of [1, 2, 3]) await helper.reads(`question ${n}`);
      for (const n of [1, 2, 3]) await helper.say(`answer ${n}`);
      for (const n of [1, 2, 3]) await visitor.reads(`answer ${n}`);
      await visitor.wasRead("question 3");
      await helper.wasRead("answer 3");

      await visitor.push(`${server.demo}?q=lamp#top`);
      await helper.sees(`${server.demo}?q=lamp#top`);

      await visitor.end();
      await Promise.all([visitor.isOver(), helper.isOver()]);
      await close(pair);
    });

    test(`${names}: proposals are answered, the helper ends`, async () => {
      const pair = await connected(Visitor, Helper);
      const { visitor, helper } = pair;
      await helper.sees(server.demo, title);

      await helper.propose(`${server.demo}#saved`);
      await visitor.asked();
      await visitor.refuse();
      await helper.wasRefused();

      await helper.propose(`${server.demo}#here`);
      await visitor.asked();
      await visitor.allow();
      await helper.wasAllowed();
      await visitor.isAt(`${server.demo}#here`);
      await helper.sees(`${server.demo}#here`);

      await helper.end();
      await Promise.all([visitor.isOver(), helper.isOver()]);
      await close(pair);
    });

    test(`${names}: a refresh is proposed, allowed and done`, async () => {
      const pair = await connected(Visitor, Helper);
      const { visitor, helper } = pair;
      await helper.sees(server.demo, title);
      await helper.refresh();
      await visitor.asked();
      await visitor.wasReloaded(() => visitor.allow());
      await helper.wasAllowed();
      await close(pair);
    });
  }
}

for (const Helper of [ConsoleHelper, TerminalHelper]) {
  test(`a native visitor with a browser is followed over full page loads by ${Helper.form}`, async () => {
    const pair = await connected(FollowedVisitor, Helper);
    const { visitor, helper } = pair;
    await helper.sees(server.demo, title);
    for (const path of ["cart.html", "checkout.html"]) {
      await visitor.page.goto(`${server.demo}${path}`);
      await helper.sees(`${server.demo}${path}`, await visitor.page.title());
      await visitor.say(`on ${path}`);
      await helper.reads(`on ${path}`);
    }
    await visitor.page.goBack({ waitUntil: "commit" });
    await helper.sees(`${server.demo}cart.html`);
    await visitor.page.evaluate(() => (document.title = "Another title"));
    await helper.sees(`${server.demo}cart.html`, "Another title");
    assert.deepEqual(theirs.complaints.filter((complaint) => !LEFT.test(complaint)), []);
    await close(pair);
  });
}
