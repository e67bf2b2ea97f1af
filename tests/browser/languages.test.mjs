// The widget speaks the language of its page, in words that are loaded once somebody has pressed Help.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";

import { ARABIC } from "./arabic.mjs";
import { endAll, HelperHand, startBrowsers, VisitorHand } from "./people.mjs";
import { startServer } from "./server.mjs";
import { html, snippet, startSite } from "./site.mjs";

const LANGUAGES = {
  en: { Help: "Help", waits: "You are next", writes: "Demo helper is writing…", ended: "You ended the conversation" },
  de: {
    Help: "Hilfe",
    Send: "Senden",
    Message: "Nachricht",
    Conversation: "Gespräch",
    End: "Beenden",
    waits: "Sie sind als Nächstes dran",
    writes: "Demo helper schreibt …",
    ended: "Sie haben das Gespräch beendet",
  },
  es: {
    Help: "Ayuda",
    Send: "Enviar",
    Message: "Mensaje",
    Conversation: "Conversación",
    End: "Terminar",
    waits: "Su turno es el siguiente",
    writes: "Demo helper está escribiendo…",
    ended: "Ha terminado la conversación",
  },
  fr: {
    Help: "Aide",
    Send: "Envoyer",
    End: "Terminer",
    waits: "C’est bientôt à vous",
    writes: "Demo helper écrit…",
    ended: "Vous avez terminé la conversation",
  },
  ar: { ...ARABIC, waits: "دورك هو التالي", writes: "Demo helper يكتب…", ended: "أنهيت المحادثة" },
  ja: {
    Help: "ヘルプ",
    Send: "送信",
    Message: "メッセージ",
    Conversation: "会話",
    End: "終了",
    waits: "次はあなたの番です",
    writes: "Demo helperさんが入力中…",
    ended: "会話を終了しました",
  },
};

let server, theirs, ours, tag;
before(async () => {
  server = await startServer();
  [theirs, ours] = await startBrowsers();
  tag = await snippet(server.origin);
});
afterEach(async () => {
  await Promise.all([theirs.leave(), ours.leave()]);
});
after(async () => {
  await endAll(theirs.close(), ours.close(), server.stop());
});

const pageIn = (lang) => html("Page", tag).replace('lang="en"', lang);

for (const [code, { waits, writes, ended, ...names }] of Object.entries(LANGUAGES)) {
  test(`${code}: from the button to the end, and not a word of it is loaded before`, async () => {
    const site = await startSite({ "/": { html: pageIn(`lang="${code}-x-test"`) } });
    const page = await theirs.window({ locale: "nl-NL" });
    const asked = [];
    page.on("request", (request) => asked.push(new URL(request.url()).pathname));
    await page.goto(`${site.origin}/`);
    const visitor = new VisitorHand(page, names);
    await visitor.button("Help").waitFor();
    const words = () => asked.filter((path) => /^\/words-/.test(path));
    assert.deepEqual(words(), []);
    const helper = await HelperHand.at(await ours.window(), server.console);
    await visitor.button("Help").click();
    await visitor.status.getByText(waits).waitFor();
    assert.match(words().join(), new RegExp(`^/words-${code}\\.[\\w-]{8}\\.js$`));
    await helper.accept();
    await visitor.is("connected");
    await helper.box.pressSequentially("H");
    await visitor.panel.getByText(writes).waitFor();
    await helper.say("Hello");
    await visitor.reads("Hello");
    await visitor.say("שלום / 你好");
    await helper.reads("שלום / 你好");
    assert.equal(await visitor.panel.evaluate((panel) => getComputedStyle(panel).direction), code === "ar" ? "rtl" : "ltr");
    assert.equal(await visitor.panel.evaluate((panel) => panel.closest("[lang]").lang), code);
    await visitor.button("End").click();
    await visitor.status.getByText(ended).waitFor();
    await site.stop();
  });
}

test("the tag's language wins over the page's, the page's over the person's, and English over none of ours", async () => {
  const cases = [
    ['lang="de"', ' data-lang="fr"', "ja", "Aide"],
    ['lang="de"', "", "ja", "Hilfe"],
    ["", "", "ja", "ヘルプ"],
    ['lang="nl"', "", "es-MX", "Ayuda"],
    ['lang="nl"', "", "nl", "Help"],
  ];
  for (const [lang, attribute, locale, name] of cases) {
    const site = await startSite({ "/": { html: pageIn(lang).replace("<script ", `<script${attribute} `) } });
    const page = await theirs.window({ locale });
    await page.goto(`${site.origin}/`);
    await page.getByRole("button", { name, exact: true }).waitFor();
    await site.stop();
  }
});

test("what the site writes on its button is what stands there", async () => {
  const site = await startSite({ "/": { html: pageIn('lang="de"').replace("<script ", '<script data-label="Moin?" ') } });
  const page = await theirs.window();
  await page.goto(`${site.origin}/`);
  await page.getByRole("button", { name: "Moin?", exact: true }).waitFor();
  await site.stop();
});
