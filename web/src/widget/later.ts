// What an open chat can do without for a moment: fetched while the visitor waits for a helper, in a file of its own.

import { verify } from "../peer/handshake";
import { httpTransport } from "../peer/http-transport";
import { identify, observe } from "../peer/observe";
import { peerConnection } from "../peer/peer-connection";
import { resume } from "../peer/resume";
import { drawContact } from "./contact";
import { drawLinks } from "./linked";
import { drawProposal, go } from "./proposal";
import { drawRecord } from "./deed-list";
import { saveConversation } from "./save";
import { drawSharing } from "./sharing";
import { toggleSheet } from "./sheet";
import { forgetSession, keepSession, readStory } from "./story";
import { lockTab, unlockTab } from "./tab-lock";
import { redraw, takeUp } from "./taking-up";
import { take } from "./toolkit";
import { drawUnread } from "./unread";
import { fit } from "./viewport";

/** All of it. One object, as the build shortens the names in it and not those of exports. */
export const later = {
  equip: take,
  fit,
  verify,
  peerConnection,
  httpTransport,
  resume,
  go,
  observe,
  identify,
  drawContact,
  drawLinks,
  drawProposal,
  drawRecord,
  drawSharing,
  drawUnread,
  toggleSheet,
  saveConversation,
  keepSession,
  forgetSession,
  readStory,
  lockTab,
  unlockTab,
  redraw,
  takeUp,
};

/** What is in it. */
export type Later = typeof later;
