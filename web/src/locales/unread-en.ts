// The words of the number on the button, in English.

export const unread = (count: number) => `New messages: ${count}`;
