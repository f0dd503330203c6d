// Sources and sinks of tracks: pictures and sound between JavaScript and the addon.
import { fromRgba, toRgba } from './i420.mjs';

export class Media {
  #addon;
  #engine;
  #objects;
  #viewers = new Map();

  constructor(addon, engine, objects) {
    this.#addon = addon;
    this.#engine = engine;
    this.#objects = objects;
  }

  /** A live track that shows what `pushVideo` gives. */
  createVideoTrack({ width, height }) {
    return this.#engine.call('media.createTrack', null, [{ kind: 'video', width, height }]);
  }

  /** A live track that plays what `pushAudio` gives. */
  createAudioTrack({ sampleRate = 48000, channels = 1 } = {}) {
    return this.#engine.call('media.createTrack', null, [{ kind: 'audio', sampleRate, channels }]);
  }

  /** Shows a picture of RGBA octets; `timestamp` is in microseconds. */
  pushVideo(track, width, height, rgba, timestamp) {
    this.#addon.pushVideo(this.#objects.inside(track).id, width, height, fromRgba(rgba, width, height), timestamp);
  }

  /** Plays samples of one channel. */
  pushAudio(track, samples, rate) {
    this.#addon.pushAudio(this.#objects.inside(track).id, samples, rate);
  }

  /**
   * Calls back for what a track plays, until the returned function is called. The addon has one sink for a track; it is shared.
   *
   * @param {{video?: (width: number, height: number, rgba: () => Uint8ClampedArray) => void, audio?: (rate: number, samples: Int16Array) => void}} viewer
   */
  play(track, viewer) {
    const { id } = this.#objects.inside(track);
    const viewers = this.#viewers.get(id) ?? new Set();
    this.#viewers.set(id, viewers.add(viewer));
    if (viewers.size === 1) this.#addon.sink(id, (width, height, data) => this.#deliver(viewers, width, height, data));
    return () => {
      if (!viewers.delete(viewer) || viewers.size) return;
      this.#viewers.delete(id);
      this.#addon.sink(id, null);
    };
  }

  #deliver(viewers, width, height, data) {
    for (const { video, audio } of [...viewers]) {
      if (width) video?.(width, height, () => toRgba(data, width, height));
      else audio?.(height, data);
    }
  }
}
