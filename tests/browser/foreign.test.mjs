// A peer that was written by nobody who knows ours, in Python on another WebRTC stack, with our browsers' sides.

import { after, afterEach, before, test } from "node:test";
import { fileURLToPath } from "node:url";

import { endAgents, Native } from "./native.mjs";
import { endAll, startBrowser } from "./people.mjs";
import { startServer } from "./server.mjs";
import { ConsoleHelper, TerminalHelper, TerminalVisitor, WidgetVisitor } from "./sides.mjs";

const python = fileURLToPath(new URL("../aiortc/.venv/bin/python", import.meta.url));
const program = fileURLToPath(new URL("../aiortc/agent.py", import.meta.url));
const foreign = (args, input) => new Native([program, ...args], input, python);

let server, browser;
before(async () => {
  [server, browser] = await Promise.all([startServer(), startBrowser()]);
});
afterEach(async () => {
  await Promise.all([browser.leave(), endAgents()]);
});
after(async () => {
  await endAll(browser.close(), server.stop());
});

class ForeignVisitor extends TerminalVisitor {
  static async at(url) {
    const side = new ForeignVisitor();
    // The team is the second part of every invite.
    side.agent = foreign(["ask", server.origin, server.console.split(".").at(1 - 7), url]);
    await side.agent.until("waiting", ({ helpers }) => helpers > 0);
    return side;
  }
}

class ForeignHelper extends TerminalHelper {
  static async at(invite) {
    const side = new ForeignHelper();
    side.agent = foreign(["help", "-"], `${invite}\n`);
    await side.agent.until("enlisted");
    return side;
  }
}

async function talk(visitor, helper) {
  for (const n of [1, 2, 3]) await visitor.say(`question ${n} 🙋`);
  for (const n of [1, 2, 3]) await helper.reads(`question ${n} 🙋`);
  for (const n of [1, 2, 3]) await helper.say(`answer ${n}`);
  for (const n of [1, 2, 3]) await visitor.reads(`answer ${n}`);
  await visitor.wasRead("question 3 🙋");
  await helper.wasRead("answer 3");
}

test("a foreign visitor is helped at the console", async () => {
  const helper = await ConsoleHelper.at(browser, server.console);
  const visitor = await ForeignVisitor.at(server.demo);
  await helper.accept();
  await Promise.all([visitor.connected("Demo helper"), helper.connected()]);
  await helper.sees(server.demo, "A page of a stranger");
  await helper.knows(/Linux/);
  await talk(visitor, helper);

  await visitor.push(`${server.demo}?q=lamp&token=abc#top`);
  await helper.sees(`${server.demo}?q=lamp#top`);
  await helper.propose(`${server.demo}#saved`);
  await visitor.asked();
  await visitor.refuse();
  await helper.wasRefused();
  await helper.refresh();
  await visitor.asked();
  await visitor.allow();
  await helper.wasAllowed();

  await visitor.end();
  await Promise.all([visitor.isOver(), helper.isOver()]);
});

test("a visitor with the widget is helped by a foreign helper", async () => {
  const helper = await ForeignHelper.at(server.console);
  const visitor = await WidgetVisitor.at(browser, server.demo);
  await helper.accept();
  await Promise.all([visitor.connected("Demo helper"), helper.connected()]);
  await helper.sees(server.demo, "Nook, good things for a small desk");
  await helper.knows(/Linux/);
  await talk(visitor, helper);

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
  await visitor.push(`${server.demo}?q=lamp&token=abc#top`);
  await helper.sees(`${server.demo}?q=lamp#top`);

  await helper.end();
  await Promise.all([visitor.isOver(), helper.isOver()]);
  await helper.close();
});
