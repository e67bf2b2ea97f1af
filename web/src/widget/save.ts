// The conversation and the record as a file, made when the visitor asks for it and kept nowhere else.

import { moment, saved, savedName } from "../conversation/saved";
import type { Deed } from "./deed";
import type { Told } from "./left";
import { inWords } from "./deed-list";
import { h, words } from "./toolkit";

/** Hands the file to the browser, which puts it where it puts what a person saves. */
export function saveConversation(told: readonly Told[], deeds: readonly Deed[]): void {
  const now = Date.now();
  const href = URL.createObjectURL(new Blob([written(told, deeds, now)], { type: "text/plain" }));
  // Not in the page: a script of the site may take each click on a link for one of its own.
  h("a", { href, download: savedName(words.conversation, now, location.origin) }).click();
  // Once the browser has begun to read it.
  setTimeout(() => URL.revokeObjectURL(href), 1000);
}

/** Writes down first what was said, then what was done. */
export function written(told: readonly Told[], deeds: readonly Deed[], now: number): string {
  const said = told.map(({ from, name, at, text }) => ({ by: from === "visitor" ? words.you : (name ?? words.helper), at, text }));
  const done = deeds.map((deed) => ({
    by: "",
    at: deed.at,
    text: [inWords(deed), deed.url, deed.answer && words[deed.answer]].filter((line) => line).join("\n"),
  }));
  const first = saved([`${words.conversation} · ${location.origin}`, moment(now, words.code, "long")], said, words.code);
  // Without the mark in front, which one file has once.
  return done.length ? `${first}\n${saved([words.record], done, words.code).slice(1)}` : first;
}
