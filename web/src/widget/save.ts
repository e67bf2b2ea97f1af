// The conversation and the record as a file, made when the visitor asks for it and kept nowhere else.

import { download } from "../conversation/download";
import { moment, saved, savedName } from "../conversation/saved";
import type { Deed } from "./deed";
import type { Told } from "./left";
import { inWords } from "./deed-list";
import { words } from "./toolkit";

/** Hands the file to the browser, which puts it where it puts what a person saves. */
export function saveConversation(told: readonly Told[], deeds: readonly Deed[]): void {
  const now = Date.now();
  download(savedName(words.conversation, now, location.origin), written(told, deeds, now));
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
