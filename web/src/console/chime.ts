// Two short, soft sounds, made here: no file is loaded for them.

// Units: hertz. Somebody waits: two notes, rising. A message: one.
const NOTES = { waiting: [659, 880], message: [740] };

// Units: seconds. A note begins softly enough not to click, and is gone before it bothers.
const ATTACK = 0.015;
const LENGTH = 0.45;
const STEP = 0.14;

// Of full scale: to be heard across a desk, and not across an office.
const VOLUME = 0.09;

/** Which sound. */
export type Chime = keyof typeof NOTES;

let context: AudioContext | undefined;

/** Whether this browser plays sounds by now: most do only after a first press on the page. */
export const isAudible = (): boolean => navigator.userActivation?.hasBeenActive ?? true;

/** Plays a sound, where the browser lets it. */
export function chime(kind: Chime): void {
  // Else it would be played with the first press, long after what it was for.
  if (!isAudible() || typeof AudioContext === "undefined") return;
  context ??= new AudioContext();
  const { destination } = context;
  const playing = context;
  const start = (): void => {
    const ends = NOTES[kind].map((pitch, at) => note(playing, destination, pitch, playing.currentTime + at * STEP));
    // Until the next it need not run, and takes nothing.
    void Promise.all(ends).then(() => playing.suspend());
  };
  playing.resume().then(start, (error: unknown) => console.warn(error));
}

function note(context: AudioContext, destination: AudioNode, pitch: number, at: number): Promise<unknown> {
  const tone = new OscillatorNode(context, { frequency: pitch });
  const volume = new GainNode(context, { gain: 0 });
  volume.gain.setValueAtTime(0, at);
  volume.gain.linearRampToValueAtTime(VOLUME, at + ATTACK);
  volume.gain.exponentialRampToValueAtTime(0.0001, at + LENGTH);
  tone.connect(volume).connect(destination);
  tone.start(at);
  tone.stop(at + LENGTH);
  return new Promise((ended) => tone.addEventListener("ended", ended, { once: true }));
}
