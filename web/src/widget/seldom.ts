// What few visitors need, in a file of its own that is loaded when one does.

export { httpTransport } from "../peer/http-transport";
export { resume } from "../peer/resume";
export { explain } from "./explain";
export { drawLinks } from "./linked";
export { drawProposal, go } from "./proposal";
export { toggleSharing } from "./sharing";
export { forgetSession, keepSession, readStory } from "./story";
export { drawUnread } from "./unread";
export { lockTab, unlockTab } from "./tab-lock";
export { redraw, takeUp } from "./taking-up";
