// The widget in Arabic: what it calls its parts, and how a page of the shop comes to be in that language.

import { rewritten } from "./rewritten.mjs";

/** The names of surface in Arabic. */
export const ARABIC = {
  Help: "مساعدة",
  Close: "إغلاق",
  Cancel: "إلغاء",
  End: "إنهاء",
  Send: "إرسال",
  Message: "رسالة",
  Conversation: "المحادثة",
  "Ask for help": "اطلب المساعدة",
  "Try again": "حاول من جديد",
  "What is shared": "ما تتم مشاركته",
  Record: "السجل",
  "Save conversation": "حفظ المحادثة",
  Allow: "سماح",
  "Not now": "ليس الآن",
};

/** Has every page say that it is Arabic, and written from right to left: the widget speaks as its page does. */
export const inArabic = (page, ...more) => rewritten(page, [/<html\b[^>]*>/, '<html lang="ar" dir="rtl">'], ...more);
