// The script of the tag: draws the Help button, and asks for nothing until somebody presses it.

import { launcherWords } from "../locales/launcher";
import type { Words } from "../locales/widget/words";
import { headStart } from "../peer/head-start";
import { installApi } from "./api";
import { loadModule } from "./checked-module";
import { readConfig } from "./config";
import { isCopy } from "./copy";
import { button, dress, h } from "./element";
import { keep, readKept } from "./kept";
import { chooseLanguage } from "./language";
import { drawLauncher } from "./launcher";
import type { Chat, Mount } from "./shell";

// How long the chat may take to come. Units: milliseconds. Half a minute of nothing, and nobody believes in it any more.
const LOAD_MS = 30_000;

const script = document.currentScript ?? document.querySelector("script[data-team]");

// Help belongs to the page, not to the frames in it; and a page has one Help, however often the tag is in it.
if (top === window && script instanceof HTMLScriptElement && !document.querySelector("alongside-help")) start(script);

async function start(tag: HTMLScriptElement): Promise<void> {
  const { dataset, src, nonce } = tag;
  const address = src || location.href;
  const config = readConfig(dataset, address);
  const [team] = config.teams;
  if (isCopy(config.server)) return;
  if (!team) console.warn("Alongside: data-team needs a team key, or two.");

  // Somebody has pressed Help in this tab already, and still waits or is being helped: that goes on by itself while all
  // else is made ready.
  const left = team && readKept(team);
  const ahead = left ? headStart(config.server, left) : undefined;

  const host = document.createElement("alongside-help");
  // Nothing to see before it is drawn.
  host.popover = "manual";
  document.documentElement.append(host);
  const parts: Record<string, Promise<unknown>> = {};
  const attributes: Record<string, string> = {};
  let chat: Chat | undefined;
  /** Done once what the page before has left goes on here. */
  let begun: Promise<void> | undefined;
  // What takes long on a phone is done in parts: between them the page has its turn, and the browser with what it does for
  // the connection.
  const turn = new Promise((done) => setTimeout(done));

  const state = () => host.dataset.state ?? "idle";
  const emit = installApi(
    {
      // A script may open the panel; only a person may ask.
      open: () => press(navigator.userActivation?.isActive),
      close: () => (chat ? chat.close() : launcher.hush()),
      show: () => void (main.hidden = false),
      hide: () => void (main.hidden = true),
      // On the page after the one where it began, too, before the chat has come.
      async end() {
        await begun;
        chat?.end();
      },
      identify(given) {
        for (const name in given) attributes[name] = String(given[name]);
        chat?.identify();
      },
    },
    state,
    turn,
  );
  await turn;

  const language = chooseLanguage([dataset.lang, document.documentElement.lang, ...navigator.languages]);
  const said = launcherWords[language.code]!;
  const [, , askForHelp, unable, tryAgain] = said;
  const launcher = drawLauncher(host, dataset, language, said, left, () => press(true), () => {
    // A page that is drawn or written anew is another page: what was goes on in it.
    chat?.leave();
    start(tag);
  });
  const { main } = launcher;

  const selector = dataset.launcher;
  if (selector) {
    main.hidden = true;
    document.addEventListener("click", (event) => {
      if (!(event.target as Element).closest?.(selector)) return;
      // A link leads elsewhere for those who have no script.
      event.preventDefault();
      press(event.isTrusted);
    });
  }

  function setState(now: string): void {
    if (state() === now) return;
    host.dataset.state = now;
    emit("state", { state: now });
  }

  /** Loads a part, once unless it did not come. */
  function load(name: string, hash: string): Promise<unknown> {
    return (parts[name] ??= loadModule(name, hash, address, nonce).catch((error) => {
      delete parts[name];
      throw error;
    }));
  }

  /** Loads the chat with its words. */
  function loadChat() {
    return Promise.all([load("chat", CHAT_HASH), load(`words-${language.code}`, WORDS_HASHES[language.code]!)]) as Promise<
      [{ mount: Mount }, { words: Words }]
    >;
  }

  function fail(code: string, again?: () => void): void {
    setState("failed");
    emit("error", { code });
    launcher.say(`${unable} ${config.contact}`, again && tryAgain, again);
  }

  if (left) begun = press(true, true);

  async function press(ask: boolean, again = false): Promise<void> {
    if (chat) return chat.open(ask);
    if (state() === "asking") return;
    if (!team) return fail("no-key");
    // Even the chat is loaded for a person only: nothing is requested before.
    if (!ask) return launcher.say("", askForHelp, () => press(true));
    if (!again) {
      launcher.hush();
      // Where the site wants it, the helper shall find the page as it is when it is fresh.
      if (config.refresh && keep(team, {})) return location.reload();
    }
    setState("asking");
    // Whoever needs it says so if it does not come.
    if (again) load("later", LATER_HASH).catch(() => {});
    try {
      const [{ mount }, { words }] = await Promise.race([loadChat(), new Promise<never>((_, late) => setTimeout(late, LOAD_MS))]);
      const made = mount({
        ...launcher,
        config,
        toolkit: { button, dress, h, words, launcherWords: said },
        load,
        keep,
        emit,
        setState,
        attributes,
        again,
        start: ahead,
      });
      if (again) await made.restore();
      chat = made;
      if (!again) made.open(true);
    } catch (error) {
      console.error("Alongside:", error);
      fail("load-failed", () => press(true, again));
    }
  }
}
