// <video> and <audio> that play streams.
import { Pixels } from './canvas.mjs';
import { defineHandlers, Element } from './elements.mjs';

const EVENTS = ['loadedmetadata', 'loadeddata', 'canplay', 'play', 'playing', 'pause', 'ended', 'timeupdate', 'resize', 'emptied', 'error'];

/** The class; `media` is that of the shell. */
export function mediaElementClass({ media }) {
  class HTMLMediaElement extends Element {
    paused = true;
    ended = false;
    muted = false;
    autoplay = false;
    readyState = 0;
    currentTime = 0;
    duration = Infinity;
    videoWidth = 0;
    videoHeight = 0;
    #stream = null;
    #playing = new Map();
    #watch = null;
    #started = 0;
    #picture = null;
    #pixels = new Pixels(0, 0);
    #frames = 0;
    #frameCallbacks = [];

    get srcObject() {
      return this.#stream;
    }
    set srcObject(stream) {
      clearInterval(this.#watch);
      for (const stop of this.#playing.values()) stop();
      this.#playing.clear();
      this.#stream = stream ?? null;
      this.readyState = 0;
      if (!stream) return;
      this.#started = performance.now();
      this.#follow();
      this.#watch = setInterval(() => this.#follow(), 50);
      this.#watch.unref();
    }

    /** Plays the tracks that the stream has now. */
    #follow() {
      const tracks = new Set(this.#stream.getTracks());
      for (const [track, stop] of this.#playing) {
        if (tracks.has(track)) continue;
        stop();
        this.#playing.delete(track);
      }
      for (const track of tracks) {
        if (this.#playing.has(track)) continue;
        const stop = media.play(track, {
          video: (width, height, rgba) => this.#frame(width, height, rgba),
          audio: () => this.#advance(),
        });
        this.#playing.set(track, stop);
      }
    }

    #frame(width, height, rgba) {
      const resized = width !== this.videoWidth || height !== this.videoHeight;
      Object.assign(this, { videoWidth: width, videoHeight: height });
      this.#picture = rgba;
      this.#frames += 1;
      this.#advance();
      if (resized) this.dispatchEvent(new Event('resize'));
      const now = performance.now();
      const metadata = { width, height, presentedFrames: this.#frames, mediaTime: this.currentTime, presentationTime: now, expectedDisplayTime: now };
      for (const callback of this.#frameCallbacks.splice(0)) callback(now, metadata);
    }

    #advance() {
      this.currentTime = (performance.now() - this.#started) / 1000;
      if (this.readyState < 4) {
        this.readyState = 4;
        this.paused = false;
        for (const name of ['loadedmetadata', 'loadeddata', 'canplay', 'play', 'playing']) this.dispatchEvent(new Event(name));
      }
      this.dispatchEvent(new Event('timeupdate'));
    }

    /** The picture that is shown, converted only if somebody looks. */
    pixels() {
      if (this.#picture) {
        Object.assign(this.#pixels, { width: this.videoWidth, height: this.videoHeight, rgba: this.#picture() });
        this.#picture = null;
      }
      return this.#pixels;
    }

    play() {
      if (this.readyState) return Promise.resolve();
      return new Promise((resolve) => this.addEventListener('playing', () => resolve(), { once: true }));
    }
    pause() {
      this.paused = true;
    }
    load() {}
    requestVideoFrameCallback(callback) {
      return this.#frameCallbacks.push(callback);
    }
    getVideoPlaybackQuality() {
      return { totalVideoFrames: this.#frames, droppedVideoFrames: 0 };
    }
  }
  defineHandlers(HTMLMediaElement.prototype, EVENTS);
  return HTMLMediaElement;
}
