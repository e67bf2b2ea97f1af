// The two sides of a session, each in every form it has, behind the same words: so that one story is told of every
// pairing.

import assert from "node:assert/strict";

import { nativeHelper, nativeVisitor } from "./native.mjs";
import { HelperHand, VisitorHand } from "./people.mjs";

/** A visitor in a browser with our widget in the page. */
export class WidgetVisitor {
  static form = "widget";

  static async at(browser, url) {
    const side = new WidgetVisitor();
    side.page = await browser.window();
    await side.page.goto(url);
    side.hand = new VisitorHand(side.page);
    await side.hand.button("Help").click();
    return side;
  }

  connected = (name) =>
    this.hand.is("connected").then(() => this.hand.status.getByText(name).waitFor());
  say = (text) => this.hand.say(text);
  reads = (text) => this.hand.reads(text);
  /** Waits until the other side has seen what was written. */
  wasRead = () => this.hand.log.getByText(/Read/).last().waitFor();
  push = (url) => this.page.evaluate((to) => history.pushState({}, "", to), url);
  asked = () => this.page.getByRole("alertdialog").waitFor();
  allow = () => this.hand.button("Allow").click();
  refuse = () => this.hand.button("Not now").click();
  isAt = (url) => this.page.waitForURL(url, { waitUntil: "commit" });
  wasReloaded = (act) => Promise.all([this.page.waitForEvent("load"), act()]);
  end = () => this.hand.button("End").click();
  isOver = () => this.hand.is("ended");
  close = () => this.page.close();
}

/** A visitor at a terminal, by `go` alone. */
export class TerminalVisitor {
  static form = "native visitor";

  static async at(_, url) {
    const side = new this();
    side.agent = nativeVisitor(url);
    await side.agent.until("waiting", ({ helpers }) => helpers > 0);
    return side;
  }

  async connected(name) {
    const { session, verified } = await this.agent.until("connected", { name });
    assert.equal(verified, true);
    this.session = session;
  }

  tell(command, more = {}) {
    this.agent.tell({ command, session: this.session, ...more });
  }

  say = (text) => this.tell("say", { text, ref: text });
  reads = (text) => this.agent.until("message", { text });
  async wasRead(text) {
    await this.agent.until("delivered", { ref: text });
    await this.agent.until("read", { ref: text });
  }
  push = (url) => this.tell("go", { url, title: "Elsewhere" });
  asked = async () => (this.proposal = await this.agent.until("proposed"));
  async allow() {
    this.tell("allow", { id: this.proposal.id });
    if (this.proposal.kind === "address") this.push(this.proposal.url);
  }
  refuse = () => this.tell("refuse", { id: this.proposal.id });
  // There is no page: where it is, is what it said.
  isAt = () => {};
  wasReloaded = (act) => act();
  end = () => this.tell("end");
  async isOver() {
    await this.agent.until("ended");
    assert.equal(await this.agent.ended, 0);
  }
  close = () => this.agent.quit();
}

/** A visitor at a terminal whose own Chromium is followed through its DevTools. */
export class FollowedVisitor extends TerminalVisitor {
  static form = "native visitor with a browser";

  static async at(browser, url) {
    const side = new this();
    side.page = await browser.window();
    await side.page.goto(url);
    side.agent = nativeVisitor(url, "--browser", browser.endpoint);
    await side.agent.until("waiting", ({ helpers }) => helpers > 0);
    return side;
  }

  push = (url) => this.page.evaluate((to) => history.pushState({}, "", to), url);
  allow = async () => this.tell("allow", { id: this.proposal.id });
  isAt = (url) => this.page.waitForURL(url, { waitUntil: "commit" });
  wasReloaded = (act) => Promise.all([this.page.waitForEvent("load"), act()]);
  async close() {
    await this.agent.quit();
    await this.page.close();
  }
}

/** A helper at the console. */
export class ConsoleHelper {
  static form = "console";

  static async at(browser, invite) {
    const side = new ConsoleHelper();
    side.page = await browser.window();
    side.hand = await HelperHand.at(side.page, invite);
    return side;
  }

  accept = () => this.hand.accept();
  connected = () => this.hand.is("connected");
  say = (text) => this.hand.say(text);
  reads = (text) => this.hand.reads(text);
  wasRead = () => this.hand.log.getByText(/Read/).last().waitFor();
  sees = (url, title = null) => this.hand.sees(title, url);
  knows = (text) => this.hand.visitor.getByText(text).first().waitFor();
  async propose(url) {
    await this.hand.button("Go to…").click();
    await this.page.getByRole("textbox", { name: "Address" }).fill(url);
    await this.page.keyboard.press("Enter");
  }
  refresh = () => this.hand.button("Refresh their page").click();
  wasAllowed = () => this.page.getByText(/agreed/i).first().waitFor();
  wasRefused = () => this.page.getByText(/rather not/i).first().waitFor();
  end = () => this.hand.button("End session").click();
  isOver = () => this.hand.is("ended");
  close = () => this.page.close();
}

/** A helper at a terminal. */
export class TerminalHelper {
  static form = "native helper";

  static async at(_, invite) {
    const side = new TerminalHelper();
    side.agent = await nativeHelper(invite);
    return side;
  }

  tell(command, more = {}) {
    this.agent.tell({ command, session: this.session, ...more });
  }

  async accept() {
    const { ticket } = await this.agent.until("asked");
    this.session = ticket;
    this.agent.tell({ command: "accept", ticket });
  }
  connected = () => this.agent.until("connected", { session: this.session, verified: true });
  say = (text) => this.tell("say", { text, ref: text });
  reads = (text) => this.agent.until("message", { session: this.session, text });
  async wasRead(text) {
    await this.agent.until("delivered", { ref: text });
    await this.agent.until("read", { ref: text });
  }
  sees = (url, title) => this.agent.until("page", title === undefined ? { url } : { url, title });
  // It comes right behind the page, which was waited for.
  async knows(text) {
    const told = () => this.agent.events.find(({ event }) => event === "client");
    if (!told()) await this.agent.until("client");
    assert.ok(Object.values(told().client).some((value) => text.test(value)), JSON.stringify(told()));
  }
  propose = (url) => this.tell("propose", { url, ref: url });
  refresh = () => this.tell("refresh", { ref: "refresh" });
  wasAllowed = () => this.agent.until("allowed", { session: this.session });
  wasRefused = () => this.agent.until("refused", { session: this.session });
  end = () => this.tell("end");
  isOver = () => this.agent.until("ended", { session: this.session });
  async close() {
    assert.equal(await this.agent.quit(), 0);
  }
}
