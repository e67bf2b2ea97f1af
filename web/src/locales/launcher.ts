// The words of the launcher: all that is read before anybody has asked for help, and so before anything may be loaded.

/** What the launcher says. */
export type LauncherWords = readonly [
  help: string,
  close: string,
  /** Offered when the site opens the panel and nobody has pressed anything yet. */
  ask: string,
  /** Shown when help cannot begin, with what comes after it where that can change. */
  unable: string,
  again: string,
];

/** In each language that there is, by its code; the first is for those who speak none of them. */
export const launcherWords: Readonly<Record<string, LauncherWords>> = {
  en: ["Help", "Close", "Ask for help", "Help does not work here at the moment.", "Try again"],
  de: ["Hilfe", "Schließen", "Um Hilfe bitten", "Die Hilfe funktioniert hier gerade nicht.", "Noch einmal"],
  es: ["Ayuda", "Cerrar", "Pedir ayuda", "La ayuda no funciona aquí en este momento.", "Reintentar"],
  fr: ["Aide", "Fermer", "Demander de l’aide", "L’aide ne marche pas ici pour le moment.", "Réessayer"],
  ar: ["مساعدة", "إغلاق", "اطلب المساعدة", "المساعدة لا تعمل هنا الآن.", "حاول من جديد"],
  ja: ["ヘルプ", "閉じる", "担当者を呼ぶ", "ただいまヘルプをご利用いただけません。", "もう一度試す"],
};
